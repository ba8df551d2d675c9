// A PLC: the label commands.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sims/plc/end_codes.hpp"
#include "sims/plc/plc.hpp"

namespace m2c2::sim {
namespace {

constexpr std::uint8_t kBits = 0;
constexpr std::uint8_t kBytes = 1;

Bytes memory_order(std::span<const std::uint16_t> words) {
  Bytes data;
  data.reserve(2 * words.size());
  ByteWriter out{data};
  for (const std::uint16_t word : words) out.u16le(word);
  return data;
}

}  // namespace

Plc::EndCode Plc::read_labels(slmp::Code code, ByteView data, Duration at) {
  if (data.size() > family_.limits(code).label_bytes) return end_code::label_length;
  const auto read = slmp::decode_label_read_random(code, data);
  if (!read || read->labels.empty()) return end_code::label_length;
  std::vector<slmp::LabelValue> values;
  for (const std::string& name : read->labels) {
    auto value = read_label(expand(name, read->abbreviations), at);
    if (!value) return value.error();
    values.push_back(std::move(*value));
  }
  slmp::encode_label_values(data_, code, values);
  return data_.size() > family_.limits(code).label_bytes ? end_code::label_length : end_code::done;
}

Plc::EndCode Plc::read_arrays(slmp::Code code, ByteView data, Duration at) {
  if (data.size() > family_.limits(code).label_bytes) return end_code::label_length;
  const auto read = slmp::decode_array_label_read(code, data);
  if (!read || read->labels.empty()) return end_code::label_length;
  std::vector<slmp::LabelValue> values;
  for (const slmp::ArrayLabel& array : read->labels) {
    auto value = read_array(array, expand(array.label, read->abbreviations), at);
    if (!value) return value.error();
    values.push_back(std::move(*value));
  }
  slmp::encode_array_label_values(data_, code, values);
  return data_.size() > family_.limits(code).label_bytes ? end_code::label_length : end_code::done;
}

/// 041C: a label that is no array, or one element of an array.
std::expected<slmp::LabelValue, Plc::EndCode> Plc::read_label(std::string_view name, Duration at) {
  const auto place = labels_.find(name);
  if (!place || place->indexed != (place->label->elements > 0)) return std::unexpected{end_code::no_label};
  Label& label = *place->label;
  slmp::LabelValue value{.type = std::to_underlying(label.type)};
  if (label.area.kind() == Area::Cell::bit) {
    label.area.read_bits(place->element, 1, bits_, at);
    words_.assign(1, bits_[0] ? 1 : 0);
  } else {
    words_.resize(label.cells_each);
    label.area.read_words(place->element * label.cells_each, words_, at);
  }
  value.unit = kBytes;
  value.length = static_cast<std::uint16_t>(2 * words_.size());
  value.data = memory_order(words_);
  return value;
}

/// 041A: as many bits or bytes of an array as are wanted, from an element on.
std::expected<slmp::LabelValue, Plc::EndCode> Plc::read_array(const slmp::ArrayLabel& wanted, std::string_view name,
                                                              Duration at) {
  const auto place = labels_.find(name);
  if (!place || !place->indexed) return std::unexpected{end_code::no_label};
  Label& label = *place->label;
  const bool bits = label.area.kind() == Area::Cell::bit;
  if (wanted.length == 0 || (wanted.unit == kBits && !bits)) return std::unexpected{end_code::content};
  const std::size_t words = slmp::label_data_bytes(wanted.unit, wanted.length) / 2;
  const std::size_t first = place->element * label.cells_each;
  const std::size_t cells = wanted.unit == kBits ? wanted.length : label.area.cells_of_words(words);
  if (!label.area.holds(first, cells)) return std::unexpected{end_code::beyond_label};
  if (wanted.unit == kBits) {
    label.area.read_bits(first, cells, bits_, at);
    words_.assign(words, 0);
    for (std::size_t i = 0; i < cells; ++i) {
      if (bits_[i]) words_[i / 16] = static_cast<std::uint16_t>(words_[i / 16] | (1U << (i % 16)));
    }
  } else {
    words_.resize(words);
    label.area.read_words(first, words_, at);
  }
  slmp::LabelValue value{.type = std::to_underlying(label.type)};
  value.unit = wanted.unit;
  value.length = wanted.length;
  value.data = memory_order(words_);
  return value;
}

}  // namespace m2c2::sim
