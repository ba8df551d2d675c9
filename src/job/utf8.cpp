// Decodes UTF-8 strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
// SPDX-License-Identifier: Apache-2.0
#include "job/utf8.hpp"

#include <array>
#include <cstddef>

namespace m2c2::job {
namespace {

struct Form {
  unsigned char mask, lead;
  std::size_t length;
  char32_t least;  ///< smaller code points have a shorter form
};
constexpr std::array kForms{
    Form{0x80, 0x00, 1, 0x00},
    Form{0xE0, 0xC0, 2, 0x80},
    Form{0xF0, 0xE0, 3, 0x800},
    Form{0xF8, 0xF0, 4, 0x10000},
};

std::optional<char32_t> decode(const Form& form, std::string_view text) {
  if (text.size() < form.length) return {};
  char32_t point = static_cast<unsigned char>(text[0]) & static_cast<unsigned char>(~form.mask);
  for (const char c : text.substr(1, form.length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) return {};
    point = (point << 6) | (byte & 0x3F);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < form.least || point > 0x10FFFF || surrogate) return {};
  return point;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  for (const Form& form : kForms) {
    if ((static_cast<unsigned char>(text.front()) & form.mask) != form.lead) continue;
    const auto point = decode(form, text);
    if (point) text.remove_prefix(form.length);
    return point;
  }
  return {};
}

bool is_control(char32_t point) {
  const bool c0 = point < 0x20;
  const bool c1 = point >= 0x7F && point <= 0x9F;
  const bool no_character = (point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF);
  return c0 || c1 || no_character;
}

}  // namespace m2c2::job
