// JSON text: strings made safe, numbers made exact.
// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/hex.hpp"
#include "base/plain_text.hpp"
#include "base/utf8.hpp"

namespace m2c2 {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length of the well-formed UTF-8 sequence at the front, 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  std::string_view rest = text;
  take_code_point(rest);
  return text.size() - rest.size();
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
    out.push_back(c);
    return;
  }
  out += "\\u";
  append_hex(out, static_cast<unsigned char>(c), 4);
}

template <class Float>
void append_float(std::string& out, Float v) {
  if (!std::isfinite(v)) {
    out += std::isnan(v) ? "\"NaN\"" : v > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  out.append(text, end);
  // A reader that infers types from what it sees must not take a measured 1.0 for an integer.
  if (std::all_of(text, end, [](char c) { return c == '-' || (c >= '0' && c <= '9'); })) out += ".0";
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  const std::size_t plain = plain_prefix(text);
  out += text.substr(0, plain);
  text.remove_prefix(plain);
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (n == 1) append_escaped(out, text.front());
    else out.append(text.substr(0, n));
    text.remove_prefix(n);
  }
  out.push_back('"');
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

void append_json_number(std::string& out, double v) { append_float(out, v); }
void append_json_number(std::string& out, float v) { append_float(out, v); }

}  // namespace m2c2
