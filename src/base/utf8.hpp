// UTF-8 text, code point by code point (RFC 3629).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace m2c2 {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// Takes the code point at the front of a text that is not empty; nothing, and nothing taken, when no well-formed one
/// stands there.
std::optional<char32_t> take_code_point(std::string_view& text);

/// A code point that is none, a surrogate or above U+10FFFF, becomes U+FFFD.
void append_utf8(std::string& out, char32_t);

/// What Notepad and PowerShell put before a text is no part of it.
constexpr std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

/// C0 and C1 control characters, and the code points that are no characters: what MQTT forbids in a topic.
bool is_control(char32_t);

}  // namespace m2c2
