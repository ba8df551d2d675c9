// UTF-8 and UTF-16: decoding to code points and encoding again.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/unicode.hpp"

#include "base/utf8.hpp"

namespace m2c2::slmp {
namespace {

bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

/// Takes one code point off the front, or one byte that begins none. Requires: !text.empty().
char32_t take(std::string_view& text) {
  const auto point = take_code_point(text);
  if (!point) text.remove_prefix(1);
  return point.value_or(kReplacementCharacter);
}

char32_t take(std::u16string_view& text) {
  const char32_t first = text.front();
  text.remove_prefix(1);
  if (is_low_surrogate(first)) return kReplacementCharacter;
  if (!is_high_surrogate(first)) return first;
  if (text.empty() || !is_low_surrogate(text.front())) return kReplacementCharacter;
  const char32_t second = text.front();
  text.remove_prefix(1);
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

void append(std::u16string& out, char32_t c) {
  if (c < 0x10000) return out.push_back(static_cast<char16_t>(c));
  out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
  out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
}

void append(std::string& out, char32_t c) { append_utf8(out, c); }

template <class To, class From>
To transcode(From text) {
  To out;
  out.reserve(text.size());
  while (!text.empty()) append(out, take(text));
  return out;
}

}  // namespace

std::u16string to_utf16(std::string_view utf8) { return transcode<std::u16string>(utf8); }
std::string to_utf8(std::u16string_view utf16) { return transcode<std::string>(utf16); }

}  // namespace m2c2::slmp
