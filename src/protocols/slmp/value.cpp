// Typed values as JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/value.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <concepts>
#include <limits>
#include <type_traits>

#include "base/hex.hpp"
#include "base/json_text.hpp"
#include "protocols/slmp/unicode.hpp"

namespace m2c2::slmp {
namespace {

using Words = std::span<const std::uint16_t>;

struct TypeRow {
  DataType type;
  std::string_view name;
  std::size_t words;
};

constexpr std::array kTypes{
    TypeRow{DataType::bit, "bit", 1},         TypeRow{DataType::int16, "int16", 1},
    TypeRow{DataType::uint16, "uint16", 1},   TypeRow{DataType::int32, "int32", 2},
    TypeRow{DataType::uint32, "uint32", 2},   TypeRow{DataType::int64, "int64", 4},
    TypeRow{DataType::uint64, "uint64", 4},   TypeRow{DataType::float32, "float32", 2},
    TypeRow{DataType::float64, "float64", 4}, TypeRow{DataType::string, "string", 1},
};

const TypeRow& row(DataType type) { return *std::ranges::find(kTypes, type, &TypeRow::type); }

/// One element alone, several as an array. `write` puts element i at a cursor, in `most` characters at the most, and
/// gives the cursor behind it: into the text at once, since a poll is a thousand elements.
template <class Write>
void append_list(std::string& json, std::size_t count, std::size_t most, Write write) {
  const std::size_t begin = json.size();
  json.resize_and_overwrite(begin + 2 + count * (most + 1), [&](char* text, std::size_t) {
    char* at = text + begin;
    if (count != 1) *at++ = '[';
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) *at++ = ',';
      at = write(at, i);
    }
    if (count != 1) *at++ = ']';
    return static_cast<std::size_t>(at - text);
  });
}

constexpr std::size_t kMostBool = 5;

char* write_bool(char* at, bool v) {
  const std::string_view text = v ? "true" : "false";
  return std::ranges::copy(text, at).out;
}

template <std::size_t size>
using Unsigned =
    std::conditional_t<size == 2, std::uint16_t, std::conditional_t<size == 4, std::uint32_t, std::uint64_t>>;

/// Low word first.
template <class T>
T element(const std::uint16_t* words) {
  Unsigned<sizeof(T)> value = words[0];
  for (std::size_t i = 1; i < sizeof(T) / 2; ++i)
    value = static_cast<Unsigned<sizeof(T)>>(value | Unsigned<sizeof(T)>{words[i]} << (16 * i));
  return std::bit_cast<T>(value);
}

template <std::integral T>
void append_numbers(std::string& json, Words words) {
  constexpr std::size_t per = sizeof(T) / 2;
  constexpr std::size_t most = std::numeric_limits<T>::digits10 + 2;  // with the digit that is not full and the sign
  append_list(json, words.size() / per, most, [&](char* at, std::size_t i) {
    return std::to_chars(at, at + most, element<T>(words.data() + i * per)).ptr;
  });
}

/// By way of append_json_number, which knows what JSON makes of NaN; formatting a float costs more than appending it.
template <std::floating_point T>
void append_numbers(std::string& json, Words words) {
  constexpr std::size_t per = sizeof(T) / 2;
  const std::size_t count = words.size() / per;
  if (count != 1) json.push_back('[');
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) json.push_back(',');
    append_json_number(json, element<T>(words.data() + i * per));
  }
  if (count != 1) json.push_back(']');
}

/// The first `count` bits, each word's lowest first.
void append_packed_bits(std::string& json, Words words, std::size_t count) {
  append_list(json, std::min(count, 16 * words.size()), kMostBool,
              [&](char* at, std::size_t i) { return write_bool(at, (words[i / 16] >> (i % 16) & 1) != 0); });
}

void append_text(std::string& json, Words words) {
  std::string text;
  for (const std::uint16_t word : words) {
    text.push_back(static_cast<char>(word & 0xFF));
    text.push_back(static_cast<char>(word >> 8));
  }
  append_json_string(json, text.substr(0, text.find('\0')));
}

void append_wide_text(std::string& json, Words words) {
  const std::u16string text(words.begin(), std::ranges::find(words, 0));
  append_json_string(json, to_utf8(text));
}

std::vector<std::uint16_t> words_of(ByteView memory) {
  ByteReader in{memory};
  std::vector<std::uint16_t> words(memory.size() / 2);
  for (std::uint16_t& word : words) word = in.u16le();
  return words;
}

bool is_wide(LabelType type) { return type == LabelType::wstring || type == LabelType::wstring_as_printed; }

DataType natural_type(LabelType type) {
  switch (type) {
    case LabelType::bit:
      return DataType::bit;
    case LabelType::dword:
      return DataType::uint32;
    case LabelType::int16:
      return DataType::int16;
    case LabelType::int32:
    case LabelType::time:
      return DataType::int32;
    case LabelType::float32:
      return DataType::float32;
    case LabelType::float64:
      return DataType::float64;
    case LabelType::string:
    case LabelType::wstring:
    case LabelType::wstring_as_printed:
      return DataType::string;
    default:
      return DataType::uint16;
  }
}

/// What is wanted, else what the label is, else words: the first that the data holds whole elements of.
DataType fitting_type(LabelType type, std::optional<DataType> wanted, std::size_t words) {
  for (const DataType candidate : {wanted.value_or(natural_type(type)), natural_type(type)})
    if (words % words_per_element(candidate) == 0) return candidate;
  return DataType::uint16;
}

}  // namespace

std::optional<DataType> parse_data_type(std::string_view text) {
  const auto found = std::ranges::find(kTypes, text, &TypeRow::name);
  return found == kTypes.end() ? std::nullopt : std::optional{found->type};
}

std::string_view to_text(DataType type) { return row(type).name; }

std::size_t words_per_element(DataType type) { return row(type).words; }

void append_words(std::string& json, DataType type, std::span<const std::uint16_t> words) {
  switch (type) {
    case DataType::bit:
      return append_packed_bits(json, words, 16 * words.size());
    case DataType::int16:
      return append_numbers<std::int16_t>(json, words);
    case DataType::uint16:
      return append_numbers<std::uint16_t>(json, words);
    case DataType::int32:
      return append_numbers<std::int32_t>(json, words);
    case DataType::uint32:
      return append_numbers<std::uint32_t>(json, words);
    case DataType::int64:
      return append_numbers<std::int64_t>(json, words);
    case DataType::uint64:
      return append_numbers<std::uint64_t>(json, words);
    case DataType::float32:
      return append_numbers<float>(json, words);
    case DataType::float64:
      return append_numbers<double>(json, words);
    case DataType::string:
      return append_text(json, words);
  }
}

void append_dword(std::string& json, DataType type, std::uint32_t value) {
  const std::array words{static_cast<std::uint16_t>(value & 0xFFFF), static_cast<std::uint16_t>(value >> 16)};
  append_words(json, type, words);
}

void append_bits(std::string& json, const std::vector<bool>& bits) {
  append_list(json, bits.size(), kMostBool, [&](char* at, std::size_t i) { return write_bool(at, bits[i]); });
}

void append_label(std::string& json, const LabelValue& value, std::optional<DataType> wanted) {
  const auto label = LabelType{value.type};
  const std::vector<std::uint16_t> words = words_of(value.data);
  const DataType type = fitting_type(label, wanted, words.size());
  if (label == LabelType::bit && type == DataType::bit)
    return append_packed_bits(json, words, value.unit == 0 ? value.length : 8U * value.length);
  if (is_wide(label) && type == DataType::string) return append_wide_text(json, words);
  append_words(json, type, words);
}

void append_wire_hex(std::string& json, Code code, ByteView data) {
  if (code == Code::ascii) return append_json_string(json, as_text(data));
  json.push_back('"');
  for (const std::byte b : data) append_hex(json, std::to_integer<std::uint64_t>(b), 2);
  json.push_back('"');
}

}  // namespace m2c2::slmp
