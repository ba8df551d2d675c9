// Numbers and texts as the words of a PLC's memory: conversions.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace m2c2::sim {
namespace {

using slmp::DataType;

NumberWords split_words(std::uint64_t bits, std::size_t count) {
  NumberWords number{.count = count};
  for (std::size_t i = 0; i < count; ++i, bits >>= 16) number.words[i] = static_cast<std::uint16_t>(bits & 0xFFFF);
  return number;
}

std::uint64_t rounded(double value) {
  if (value >= 0x1p63) return static_cast<std::uint64_t>(std::min(value, 0x1.fffffffffffffp63));
  return static_cast<std::uint64_t>(std::llround(std::max(value, -0x1p63)));
}

/// A word or double word may be written signed or unsigned, whatever its type: memory holds the same bits.
bool fits(DataType type, std::uint64_t magnitude, bool negative) {
  if (type == DataType::bit) return magnitude <= 1 && !negative;
  const std::size_t bits = 16 * slmp::words_per_element(type);
  const std::uint64_t most_negative = std::uint64_t{1} << (bits - 1);
  return negative ? magnitude <= most_negative : bits == 64 || magnitude < std::uint64_t{1} << bits;
}

Parsed<NumberWords> parse_integer(DataType type, std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  const bool hex = digits.starts_with("0x");
  const char* first = digits.data() + (hex ? 2 : 0);
  const char* last = digits.data() + digits.size();
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(first, last, magnitude, hex ? 16 : 10);
  if (error == std::errc::invalid_argument || end != last) {
    return std::unexpected{
        fmt::format("'{}' is not a whole number; write f:3.14 for a float, s:TEXT for a text", text)};
  }
  if (error != std::errc{} || !fits(type, magnitude, negative)) {
    return std::unexpected{
        fmt::format("{} does not fit {}; write for example uint32:70000 for a double word", text, slmp::to_text(type))};
  }
  return split_words(negative ? 0 - magnitude : magnitude, slmp::words_per_element(type));
}

bool is_float(DataType type) { return type == DataType::float32 || type == DataType::float64; }

Parsed<NumberWords> parse_float(DataType type, std::string_view text) {
  const auto number = parse_number(text);
  if (!number) return std::unexpected{number.error()};
  return to_words(type, *number);
}

std::vector<std::uint16_t> text_words(std::string_view text) {
  std::vector<std::uint16_t> words(text.size() / 2 + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned>(static_cast<unsigned char>(text[i]));
    words[i / 2] = static_cast<std::uint16_t>(words[i / 2] | (byte << (i % 2 * 8)));
  }
  return words;
}

}  // namespace

NumberWords to_words(DataType type, double value) {
  if (type == DataType::float32) return split_words(std::bit_cast<std::uint32_t>(static_cast<float>(value)), 2);
  if (type == DataType::float64) return split_words(std::bit_cast<std::uint64_t>(value), 4);
  if (type == DataType::bit) return split_words(rounded(value) & 1, 1);
  return split_words(rounded(value), slmp::words_per_element(type));
}

Parsed<std::vector<std::uint16_t>> parse_words(DataType type, std::string_view text) {
  if (type == DataType::string) return text_words(text);
  std::vector<std::uint16_t> words;
  for (bool more = true; more;) {
    more = text.contains(',');
    const auto [one, rest] = split(text, ',');
    const auto number = is_float(type) ? parse_float(type, one) : parse_integer(type, one);
    if (!number) return std::unexpected{number.error()};
    words.insert(words.end(), number->words.begin(),
                 number->words.begin() + static_cast<std::ptrdiff_t>(number->count));
    text = rest;
  }
  return words;
}

std::pair<DataType, std::string_view> split_type(std::string_view text, DataType otherwise) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {otherwise, text};
  const std::string_view name = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (name == "f") return {DataType::float32, rest};
  if (name == "d") return {DataType::uint32, rest};
  if (name == "s") return {DataType::string, rest};
  if (const auto type = slmp::parse_data_type(name)) return {*type, rest};
  return {otherwise, text};
}

}  // namespace m2c2::sim
