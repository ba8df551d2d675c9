// UTF-8 and UTF-16: decoding to code points and encoding again.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/unicode.hpp"

#include <algorithm>

namespace m2c2::slmp {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

/// Takes one code point off the front, or one byte that begins none. Requires: !text.empty().
char32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  const std::string_view tail = text.substr(1, size > 1 ? size - 1 : 0);
  text.remove_prefix(1);
  if (size == 1) return first;
  if (size == 0 || tail.size() + 1 < size) return kReplacement;
  char32_t value = first & (0x7FU >> size);
  for (const char c : tail) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) return kReplacement;
    value = value << 6 | (byte & 0x3F);
  }
  const char32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10FFFF || is_high_surrogate(value) || is_low_surrogate(value)) return kReplacement;
  text.remove_prefix(tail.size());
  return value;
}

char32_t take_code_point(std::u16string_view& text) {
  const char32_t first = text.front();
  text.remove_prefix(1);
  if (is_low_surrogate(first)) return kReplacement;
  if (!is_high_surrogate(first)) return first;
  if (text.empty() || !is_low_surrogate(text.front())) return kReplacement;
  const char32_t second = text.front();
  text.remove_prefix(1);
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

void append(std::u16string& out, char32_t c) {
  if (c < 0x10000) return out.push_back(static_cast<char16_t>(c));
  out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
  out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
}

void append(std::string& out, char32_t c) {
  if (c < 0x80) return out.push_back(static_cast<char>(c));
  const int tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  const char32_t mark = 0xFF00U >> (tail + 1) & 0xFF;  // as many leading ones as there are bytes
  out.push_back(static_cast<char>(mark | c >> (6 * tail)));
  for (int shift = 6 * (tail - 1); shift >= 0; shift -= 6) out.push_back(static_cast<char>(0x80 | (c >> shift & 0x3F)));
}

template <class To, class From>
To transcode(From text) {
  To out;
  out.reserve(text.size());
  while (!text.empty()) append(out, take_code_point(text));
  return out;
}

}  // namespace

std::u16string to_utf16(std::string_view utf8) { return transcode<std::u16string>(utf8); }
std::string to_utf8(std::u16string_view utf16) { return transcode<std::string>(utf16); }

}  // namespace m2c2::slmp
