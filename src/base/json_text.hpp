// Appends JSON text: the quick way for telemetry, where a document tree would cost more than the poll.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace m2c2 {

/// A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so
/// the result is valid JSON whatever a machine sends.
void append_json_string(std::string& out, std::string_view text);

/// Whether append_json_string() keeps every byte of it.
bool is_utf8(std::string_view text);

/// The shortest decimal that reads back as the same double, never without a point or an exponent. JSON has no NaN and
/// no infinities: they become the strings "NaN", "Infinity", "-Infinity".
void append_json_number(std::string& out, double v);
void append_json_number(std::string& out, float v);

template <std::integral T>
  requires(!std::same_as<T, bool>)
void append_json_number(std::string& out, T v) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  out.append(text, end);
}

inline void append_json_bool(std::string& out, bool v) { out.append(v ? "true" : "false"); }

}  // namespace m2c2
