// The response data of the SLMP commands.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/field.hpp"
#include "protocols/slmp/label.hpp"

namespace m2c2::slmp {
namespace {

constexpr std::size_t kTypeNameCharacters = 16;

std::uint32_t byte_at(ByteView data, std::size_t at) { return std::to_integer<std::uint32_t>(data[at]); }

// Words are the bulk of all that is polled: one pass each, sizes checked before.

std::vector<std::uint16_t> binary_words(ByteView data) {
  std::vector<std::uint16_t> words(data.size() / 2);
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = static_cast<std::uint16_t>(byte_at(data, 2 * i) | byte_at(data, 2 * i + 1) << 8);
  return words;
}

std::optional<std::vector<std::uint16_t>> ascii_words(ByteView data) {
  std::vector<std::uint16_t> words(data.size() / 4);
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint32_t word = 0;
    for (const std::byte c : data.subspan(4 * i, 4)) {
      const std::uint32_t digit = hex_digit(c);
      seen |= digit;
      word = word << 4 | (digit & 0xF);
    }
    words[i] = static_cast<std::uint16_t>(word);
  }
  return seen > 0xF ? std::nullopt : std::optional{std::move(words)};
}

void put_binary_words(std::span<std::byte> to, std::span<const std::uint16_t> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    to[2 * i] = static_cast<std::byte>(words[i] & 0xFF);
    to[2 * i + 1] = static_cast<std::byte>(words[i] >> 8);
  }
}

void put_ascii_words(std::span<std::byte> to, std::span<const std::uint16_t> words) {
  for (std::size_t i = 0; i < words.size(); ++i)
    for (std::size_t digit = 0; digit < 4; ++digit)
      to[4 * i + digit] = static_cast<std::byte>(kHexDigits[words[i] >> (12 - 4 * digit) & 0xF]);
}

/// In binary a point is 4 bits, the first point the high ones; of an odd number of points, the last 4 bits are nothing.
std::uint32_t bit_at(Code code, ByteView data, std::size_t point) {
  if (code == Code::ascii) return byte_at(data, point) - '0';
  return point % 2 == 0 ? byte_at(data, point / 2) >> 4 : byte_at(data, point / 2) & 0xF;
}

/// Labels' data goes from the wire into memory order, and back, element by element.
void copy_elements(FieldReader& from, FieldWriter& to, std::size_t bytes, std::size_t element) {
  while (bytes > 0 && from.ok()) {
    const std::size_t size = std::min(bytes, element);
    to.number(from.number(size), size);
    bytes -= size;
  }
}

std::size_t element_bytes(const LabelValue& value, LabelOrder order) {
  return order == LabelOrder::word_by_word ? 2 : label_element_bytes(value.type);
}

void get_label_data(FieldReader& in, LabelValue& value, LabelOrder order) {
  const std::size_t bytes = label_data_bytes(value.unit, value.length);
  if (in.rest().size() < field_size(in.code(), bytes)) return in.refuse();
  value.data.reserve(bytes);
  FieldWriter memory{Code::binary, value.data};
  copy_elements(in, memory, bytes, element_bytes(value, order));
}

void put_label_data(FieldWriter& out, const LabelValue& value, LabelOrder order) {
  FieldReader memory{Code::binary, value.data};
  copy_elements(memory, out, value.data.size(), element_bytes(value, order));
}

LabelValue get_label_value(FieldReader& in, LabelOrder order) {
  LabelValue value;
  value.type = in.u8();
  in.u8();  // undefined
  value.length = in.u16();
  get_label_data(in, value, order);
  if (LabelType{value.type} == LabelType::bit && value.length == 2) {  // a whole word carries the one bit
    value.unit = 0;
    value.length = 1;
  }
  return value;
}

LabelValue get_array_label_value(FieldReader& in, LabelOrder order) {
  LabelValue value;
  value.type = in.u8();
  value.unit = in.u8();
  value.length = in.u16();
  if (value.unit > 1) in.refuse();
  get_label_data(in, value, order);
  return value;
}

template <class Get>
std::optional<std::vector<LabelValue>> get_label_values(Code code, ByteView data, std::size_t labels, LabelOrder order,
                                                        Get get) {
  FieldReader in{code, data};
  if (in.u16() != labels) return std::nullopt;
  std::vector<LabelValue> values;
  while (values.size() < labels && in.ok()) values.push_back(get(in, order));
  return in.done() ? std::optional{std::move(values)} : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::uint16_t>> decode_words(Code code, ByteView data, std::size_t points) {
  if (data.size() != points * field_size(code, 2)) return std::nullopt;
  return code == Code::ascii ? ascii_words(data) : binary_words(data);
}

std::optional<std::vector<bool>> decode_bits(Code code, ByteView data, std::size_t points) {
  if (data.size() != (code == Code::ascii ? points : (points + 1) / 2)) return std::nullopt;
  std::vector<bool> bits(points);
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const std::uint32_t bit = bit_at(code, data, i);
    seen |= bit;
    bits[i] = bit != 0;
  }
  return seen > 1 ? std::nullopt : std::optional{std::move(bits)};
}

std::optional<RandomValues> decode_random_values(Code code, ByteView data, std::size_t words, std::size_t dwords) {
  FieldReader in{code, data};
  if (data.size() != field_size(code, 2 * words + 4 * dwords)) return std::nullopt;
  RandomValues values;
  values.words.resize(words);
  values.dwords.resize(dwords);
  for (std::uint16_t& word : values.words) word = in.u16();
  for (std::uint32_t& dword : values.dwords) dword = in.u32();
  return in.done() ? std::optional{std::move(values)} : std::nullopt;
}

std::optional<std::vector<LabelValue>> decode_label_values(Code code, ByteView data, std::size_t labels,
                                                           LabelOrder order) {
  return get_label_values(code, data, labels, order, get_label_value);
}

std::optional<std::vector<LabelValue>> decode_array_label_values(Code code, ByteView data, std::size_t labels,
                                                                 LabelOrder order) {
  return get_label_values(code, data, labels, order, get_array_label_value);
}

std::optional<TypeName> decode_type_name(Code code, ByteView data) {
  FieldReader in{code, data};
  const std::string_view padded = as_text(in.take(kTypeNameCharacters));
  TypeName type;
  type.name = padded.substr(0, padded.find_last_not_of(std::string_view{" \0", 2}) + 1);
  type.model = in.u16();
  return in.done() ? std::optional{std::move(type)} : std::nullopt;
}

void encode_words(Bytes& out, Code code, std::span<const std::uint16_t> words) {
  const std::size_t begin = out.size();
  out.resize(begin + field_size(code, 2 * words.size()));
  const auto to = std::span{out}.subspan(begin);
  code == Code::ascii ? put_ascii_words(to, words) : put_binary_words(to, words);
}

void encode_bits(Bytes& out, Code code, const std::vector<bool>& bits) {
  FieldWriter to{code, out};
  if (code == Code::ascii) {
    for (const bool bit : bits) to.text(bit ? "1" : "0");
    return;
  }
  for (std::size_t i = 0; i < bits.size(); i += 2) {
    const bool second = i + 1 < bits.size() && bits[i + 1];
    to.u8(static_cast<std::uint8_t>((bits[i] ? 0x10 : 0) | (second ? 0x01 : 0)));
  }
}

void encode_random_values(Bytes& out, Code code, const RandomValues& values) {
  FieldWriter to{code, out};
  for (const std::uint16_t word : values.words) to.u16(word);
  for (const std::uint32_t dword : values.dwords) to.u32(dword);
}

void encode_label_values(Bytes& out, Code code, std::span<const LabelValue> values, LabelOrder order) {
  FieldWriter to{code, out};
  to.u16(static_cast<std::uint16_t>(values.size()));
  for (const LabelValue& value : values) {
    to.u8(value.type);
    to.u8(0);
    to.u16(value.unit == 0 ? static_cast<std::uint16_t>(value.data.size()) : value.length);
    put_label_data(to, value, order);
  }
}

void encode_array_label_values(Bytes& out, Code code, std::span<const LabelValue> values, LabelOrder order) {
  FieldWriter to{code, out};
  to.u16(static_cast<std::uint16_t>(values.size()));
  for (const LabelValue& value : values) {
    to.u8(value.type);
    to.u8(value.unit);
    to.u16(value.length);
    put_label_data(to, value, order);
  }
}

void encode_type_name(Bytes& out, Code code, const TypeName& type) {
  FieldWriter to{code, out};
  std::string padded = type.name;
  padded.resize(kTypeNameCharacters, ' ');
  to.text(padded);
  to.u16(type.model);
}

Limits limits_for(Code code) {
  Limits limits;
  if (code == Code::ascii) limits.bits = 3584;
  return limits;
}

}  // namespace m2c2::slmp
