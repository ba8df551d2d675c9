// Decodes the data of answers and writes the values as JSON, typed or as they came.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/answer.hpp"

#include <utility>

#include "protocols/slmp/field.hpp"
#include "protocols/slmp/value.hpp"

namespace m2c2::machines {
namespace {

using Samples = std::vector<telemetry::Sample>;

/// A sample of this field, whose value is still to be written.
std::string& add_sample(Samples& out, const SlmpField& field, WallTime at) {
  return out.emplace_back(telemetry::Sample{field.tag, at, {}}).value;
}

bool is_last(const SlmpCommand& command, std::size_t nth) { return nth + 1 == command.requests.size(); }

}  // namespace

bool SlmpAnswers::take(const SlmpCommand& command, std::size_t nth, ByteView data, WallTime at, Samples& out) {
  switch (command.answer) {
    case SlmpAnswer::words:
      return take_words(command, nth, data, at, out);
    case SlmpAnswer::bits:
      return take_bits(command, nth, data, at, out);
    case SlmpAnswer::random:
      return take_random(command, data, at, out);
    case SlmpAnswer::labels:
    case SlmpAnswer::array_labels:
      return take_labels(command, data, at, out);
  }
  return false;
}

bool SlmpAnswers::take_words(const SlmpCommand& command, std::size_t nth, ByteView data, WallTime at, Samples& out) {
  auto words = slmp::decode_words(code_, data, command.requests[nth].points);
  if (!words) return false;
  if (nth == 0) words_ = std::move(*words);
  else words_.insert(words_.end(), words->begin(), words->end());
  if (!is_last(command, nth)) return true;

  const SlmpField& field = command.fields.front();
  std::string& json = add_sample(out, field, at);
  if (hex_) {
    Bytes wire;
    slmp::encode_words(wire, code_, words_);
    slmp::append_wire_hex(json, code_, wire);
  } else {
    slmp::append_words(json, field.type.value_or(slmp::DataType::uint16), words_);
  }
  return true;
}

bool SlmpAnswers::take_bits(const SlmpCommand& command, std::size_t nth, ByteView data, WallTime at, Samples& out) {
  auto bits = slmp::decode_bits(code_, data, command.requests[nth].points);
  if (!bits) return false;
  if (nth == 0) bits_ = std::move(*bits);
  else bits_.insert(bits_.end(), bits->begin(), bits->end());
  if (!is_last(command, nth)) return true;

  std::string& json = add_sample(out, command.fields.front(), at);
  if (hex_) {
    Bytes wire;
    slmp::encode_bits(wire, code_, bits_);
    slmp::append_wire_hex(json, code_, wire);
  } else {
    slmp::append_bits(json, bits_);
  }
  return true;
}

bool SlmpAnswers::take_random(const SlmpCommand& command, ByteView data, WallTime at, Samples& out) const {
  const std::size_t words = command.words, dwords = command.fields.size() - words;
  const auto values = slmp::decode_random_values(code_, data, words, dwords);
  if (!values) return false;
  ByteReader wire{data};
  for (std::size_t i = 0; i < command.fields.size(); ++i) {
    const SlmpField& field = command.fields[i];
    std::string& json = add_sample(out, field, at);
    const ByteView raw = wire.take(slmp::field_size(code_, i < words ? 2 : 4));
    if (hex_) slmp::append_wire_hex(json, code_, raw);
    else if (i < words) slmp::append_words(json, field.type.value(), std::span{&values->words[i], 1});
    else slmp::append_dword(json, field.type.value(), values->dwords[i - words]);
  }
  return true;
}

bool SlmpAnswers::take_labels(const SlmpCommand& command, ByteView data, WallTime at, Samples& out) const {
  const bool arrays = command.answer == SlmpAnswer::array_labels;
  const std::size_t count = command.fields.size();
  const auto values =
      arrays ? slmp::decode_array_label_values(code_, data, count) : slmp::decode_label_values(code_, data, count);
  if (!values) return false;
  ByteReader wire{data};
  wire.take(slmp::field_size(code_, 2));  // how many
  for (std::size_t i = 0; i < count; ++i) {
    const slmp::LabelValue& value = (*values)[i];
    std::string& json = add_sample(out, command.fields[i], at);
    wire.take(slmp::field_size(code_, 4));  // type, unit, length
    const ByteView raw = wire.take(slmp::field_size(code_, value.data.size()));
    if (hex_) slmp::append_wire_hex(json, code_, raw);
    else slmp::append_label(json, value, command.fields[i].type);
  }
  return true;
}

}  // namespace m2c2::machines
