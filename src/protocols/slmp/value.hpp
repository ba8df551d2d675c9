// Typed values: a PLC's words, bits and labels as JSON text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/slmp/command.hpp"

namespace m2c2::slmp {

enum class DataType { bit, int16, uint16, int32, uint32, int64, uint64, float32, float64, string };

std::optional<DataType> parse_data_type(std::string_view text);  ///< "int16", …
std::string_view to_text(DataType);
/// 16-bit words that one element takes; 1 for bit and string, whose length is the whole read.
std::size_t words_per_element(DataType);

// Each appends one JSON value: a scalar for one element, an array for several. Elements of more than one word have
// their low word at the lower device. A string ends at its first NUL; the first character is a word's low byte. As
// `bit`, a word is 16 booleans, the lowest device first. Requires: words.size() % words_per_element(type) == 0.
void append_words(std::string& json, DataType type, std::span<const std::uint16_t> words);
void append_dword(std::string& json, DataType type, std::uint32_t value);
/// Booleans.
void append_bits(std::string& json, const std::vector<bool>& bits);
/// By the type id that came with it, or as `wanted`. An id that is not known is read as words.
void append_label(std::string& json, const LabelValue&, std::optional<DataType> wanted);
/// "value-format": "hex": response data as it stood on the wire, as a JSON string of hex digits.
void append_wire_hex(std::string& json, Code, ByteView data);

}  // namespace m2c2::slmp
