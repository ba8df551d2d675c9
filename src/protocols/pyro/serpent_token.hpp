// The tokens of serpent that take looking ahead: numbers, complex numbers, and the dicts that stand for something else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace m2c2::pyro {

struct NumberToken {
  std::size_t size = 0;  ///< 0: no number stands here
  bool real = false;     ///< it has a point or an exponent
};
NumberToken number_token(std::string_view text);

/// What Python makes of a number: beyond the range of a double it is infinite, or 0.
double to_double(std::string_view number);

struct ComplexToken {
  std::size_t size = 0;
  std::string_view real;
  std::string_view imaginary;
};
std::optional<ComplexToken> complex_token(std::string_view text);  ///< "(3.0+4.0j)"

struct DictToken {
  std::size_t size = 0;
  bool bytes = false;  ///< base64 in `value`; otherwise it is not a number
  std::string_view value;
};
/// {'__class__':'float','value':'nan'} or {'data': '…', 'encoding': 'base64'}.
std::optional<DictToken> dict_token(std::string_view text);

constexpr bool is_blank(char c) {
  return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f');  // the first settles most
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace m2c2::pyro
