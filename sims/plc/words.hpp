// Numbers and texts as the words of a PLC's memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocols/slmp/value.hpp"
#include "sims/plc/notation.hpp"

namespace m2c2::sim {

/// One number, low word first.
struct NumberWords {
  std::array<std::uint16_t, 4> words{};
  std::size_t count = 0;
};

/// Integers are rounded and keep as many low bits as the type has; a bit is the lowest one. Not for string.
NumberWords to_words(slmp::DataType, double value);

/// "1995", "-5", "0x7C0", "3.14", or several with commas between, each checked to fit; as string any text,
/// low byte first, with a NUL behind it.
Parsed<std::vector<std::uint16_t>> parse_words(slmp::DataType, std::string_view text);

/// The type that "f:3.14", "uint32:7" or "s:HELLO" begins with, and the rest; `otherwise` and all of it when it
/// begins with none. f, d and s are short for float32, uint32 and string.
std::pair<slmp::DataType, std::string_view> split_type(std::string_view text, slmp::DataType otherwise);

}  // namespace m2c2::sim
