// Base64, both ways.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace m2c2 {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr auto kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

std::uint32_t octet(char c) { return static_cast<unsigned char>(c); }

char* put_digits(char* out, std::uint32_t group, int digits) {
  for (int i = 0; i < digits; ++i) *out++ = kAlphabet[group >> (18 - 6 * i) & 0x3F];
  return out;
}

/// Returns where it has ended.
char* encode(char* out, std::string_view bytes) {
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3)
    out = put_digits(out, octet(bytes[at]) << 16 | octet(bytes[at + 1]) << 8 | octet(bytes[at + 2]), 4);
  const std::size_t left = bytes.size() - at;
  if (left == 0) return out;
  const std::uint32_t last = octet(bytes[at]) << 16 | (left == 2 ? octet(bytes[at + 1]) << 8 : 0);
  out = put_digits(out, last, static_cast<int>(left) + 1);
  return std::fill_n(out, 3 - left, '=');
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t begin = out.size();
  out.resize_and_overwrite(begin + (bytes.size() + 2) / 3 * 4, [&](char* text, std::size_t) {
    return static_cast<std::size_t>(encode(text + begin, bytes) - text);
  });
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    group = group << 6 | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>(group >> bits & 0xFF));
  }
  return bytes;
}

}  // namespace m2c2
