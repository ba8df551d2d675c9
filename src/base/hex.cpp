// Hexadecimal text, both ways.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"

#include <charconv>

namespace m2c2 {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

std::optional<std::uint64_t> parse_number(std::string_view text, int radix, std::size_t most_digits) {
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void append_hex(std::string& out, std::uint64_t v, std::size_t digits) {
  while (digits-- > 0) out.push_back(kDigits[(v >> (4 * digits)) & 0xF]);
}

std::optional<std::uint64_t> parse_hex(std::string_view text) { return parse_number(text, 16, 16); }

std::optional<std::uint64_t> parse_decimal(std::string_view text) { return parse_number(text, 10, 19); }

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) append_hex(out, std::to_integer<std::uint64_t>(b), 2);
  return out;
}

std::string to_lower_hex(ByteView bytes) {
  std::string out = to_hex(bytes);
  for (char& c : out)
    if (c >= 'A') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto value = parse_hex(text.substr(i, 2));
    if (!value) return std::nullopt;
    out.push_back(static_cast<std::byte>(*value));
  }
  return out;
}

}  // namespace m2c2
