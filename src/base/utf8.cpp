// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <array>
#include <cstddef>

namespace m2c2 {
namespace {

constexpr char32_t kLast = 0x10FFFF;

constexpr bool is_surrogate(char32_t point) { return point >= 0xD800 && point <= 0xDFFF; }

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
  if (point < form.least || point > kLast || is_surrogate(point)) return {};
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

void append_utf8(std::string& out, char32_t point) {
  if (point > kLast || is_surrogate(point)) point = kReplacementCharacter;
  std::size_t form = kForms.size() - 1;
  while (point < kForms[form].least) --form;
  std::size_t shift = 6 * (kForms[form].length - 1);
  out.push_back(static_cast<char>(kForms[form].lead | point >> shift));
  for (; shift > 0; shift -= 6) out.push_back(static_cast<char>(0x80 | (point >> (shift - 6) & 0x3F)));
}

bool is_control(char32_t point) {
  const bool c0 = point < 0x20;
  const bool c1 = point >= 0x7F && point <= 0x9F;
  const bool no_character = (point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF);
  return c0 || c1 || no_character;
}

}  // namespace m2c2
