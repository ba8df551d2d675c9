// Hexadecimal text: numbers of a fixed width and byte strings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace m2c2 {

/// Appends `digits` upper-case hex digits of v, most significant first.
void append_hex(std::string& out, std::uint64_t v, std::size_t digits);

/// The number that all of `text` spells in hex (either case), or nothing for an
/// empty text, another character, or more than 16 digits.
std::optional<std::uint64_t> parse_hex(std::string_view text);

/// Likewise in decimal, up to 19 digits.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// Two upper-case hex digits a byte.
std::string to_hex(ByteView bytes);
std::string to_lower_hex(ByteView bytes);

/// The bytes that `text` spells, or nothing when it is not pairs of hex digits.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace m2c2
