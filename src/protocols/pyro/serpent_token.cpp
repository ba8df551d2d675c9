// Looking ahead in serpent.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/serpent_token.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace m2c2::pyro {
namespace {

std::size_t digits(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at - begin;
}

bool has(std::string_view text, std::size_t at, std::string_view any) {
  return at < text.size() && any.find(text[at]) != std::string_view::npos;
}

/// "e-05", or 0.
std::size_t exponent_size(std::string_view text, std::size_t at) {
  if (!has(text, at, "eE")) return 0;
  const std::size_t sign = has(text, at + 1, "+-") ? 1 : 0;
  const std::size_t count = digits(text, at + 1 + sign);
  return count == 0 ? 0 : 1 + sign + count;
}

/// The power of ten of the first digit that counts, of a number out of a double's range. That power may itself be out
/// of range: then it is as far as can be.
std::int64_t magnitude(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = std::min(mantissa.find_first_of("123456789"), mantissa.size());
  std::int64_t exponent = 0;
  if (e < number.size()) {
    std::string_view power = number.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec == std::errc::result_out_of_range)
      return power.starts_with('-') ? std::numeric_limits<std::int64_t>::min()
                                    : std::numeric_limits<std::int64_t>::max();
  }
  const std::int64_t shift = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  // A shift is no longer than the text: only its sign can decide beside such an exponent.
  return exponent > std::numeric_limits<std::int64_t>::max() / 2   ? exponent
         : exponent < std::numeric_limits<std::int64_t>::min() / 2 ? exponent
                                                                   : exponent + shift;
}

void drop_blanks(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

bool take(std::string_view& text, char c) {
  drop_blanks(text);
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// A str without escapes.
std::optional<std::string_view> take_plain(std::string_view& text) {
  drop_blanks(text);
  if (!text.starts_with('\'') && !text.starts_with('"')) return std::nullopt;
  const std::size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view plain = text.substr(1, end - 1);
  if (plain.find('\\') != std::string_view::npos) return std::nullopt;
  text.remove_prefix(end + 1);
  return plain;
}

/// `key`: and a str.
std::optional<std::string_view> take_entry(std::string_view& text, std::string_view key) {
  const auto name = take_plain(text);
  if (name != key || !take(text, ':')) return std::nullopt;
  return take_plain(text);
}

}  // namespace

NumberToken number_token(std::string_view text) {
  const std::size_t sign = has(text, 0, "+-") ? 1 : 0;
  const std::size_t whole = digits(text, sign);
  std::size_t size = sign + whole;
  const bool point = has(text, size, ".");
  const std::size_t fraction = point ? digits(text, size + 1) : 0;
  if (whole + fraction == 0) return {};
  size += point ? 1 + fraction : 0;
  const std::size_t exponent = exponent_size(text, size);
  const bool real = point || exponent > 0;
  if (!real && whole > 1 && text[sign] == '0') return {};  // Python has no integer like 007, and neither has JSON
  return {size + exponent, real};
}

double to_double(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec != std::errc::result_out_of_range) return value;
  const double out_of_range = magnitude(number) > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return number.starts_with('-') ? -out_of_range : out_of_range;
}

std::optional<ComplexToken> complex_token(std::string_view text) {
  std::string_view left = text;
  if (!take(left, '(')) return std::nullopt;
  const std::string_view real = left.substr(0, number_token(left).size);
  left.remove_prefix(real.size());
  if (real.empty() || !has(left, 0, "+-")) return std::nullopt;
  const std::string_view imaginary = left.substr(0, number_token(left).size);
  left.remove_prefix(imaginary.size());
  if (imaginary.empty() || !take(left, 'j') || !take(left, ')')) return std::nullopt;
  return ComplexToken{text.size() - left.size(), real, imaginary};
}

std::optional<DictToken> dict_token(std::string_view text) {
  std::string_view left = text;
  if (!take(left, '{')) return std::nullopt;
  const std::string_view entries = left;
  if (take_entry(left, "__class__") == "float" && take(left, ',') && take_entry(left, "value") == "nan" &&
      take(left, '}'))
    return DictToken{text.size() - left.size(), false, {}};
  left = entries;
  const auto data = take_entry(left, "data");
  if (data && take(left, ',') && take_entry(left, "encoding") == "base64" && take(left, '}'))
    return DictToken{text.size() - left.size(), true, *data};
  return std::nullopt;
}

}  // namespace m2c2::pyro
