// SLMP commands: their request data and response data, both ways, so that the poller and a simulator share one codec.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "protocols/slmp/frame.hpp"
#include "protocols/slmp/label.hpp"

namespace m2c2::slmp {

enum class Command : std::uint16_t {
  read_type_name = 0x0101,
  device_read = 0x0401,
  device_read_random = 0x0403,
  array_label_read = 0x041A,
  label_read_random = 0x041C,
  self_test = 0x0619,
};

/// Subcommand bits of the device commands: 0000 words and 0001 bits for Q/L, 0002 and 0003 for iQ-R.
constexpr bool is_bit_units(std::uint16_t subcommand) { return (subcommand & 1) != 0; }
constexpr bool is_iqr(std::uint16_t subcommand) { return (subcommand & 2) != 0; }

struct Device {
  std::uint16_t code = 0;
  std::uint32_t number = 0;
  bool operator==(const Device&) const = default;
};

struct DeviceRead {  ///< 0401
  std::uint16_t subcommand = 0;
  Device head{};
  std::uint16_t points = 0;
  bool operator==(const DeviceRead&) const = default;
};

struct DeviceReadRandom {  ///< 0403; at most 255 of either
  std::uint16_t subcommand = 0;
  std::vector<Device> words{};
  std::vector<Device> dwords{};
  bool operator==(const DeviceReadRandom&) const = default;
};

struct LabelReadRandom {  ///< 041C; UTF-8 names
  std::vector<std::string> abbreviations{};
  std::vector<std::string> labels{};
  bool operator==(const LabelReadRandom&) const = default;
};

struct ArrayLabel {
  std::string label{};
  std::uint8_t unit = 1;     ///< 0: bits, 1: bytes
  std::uint16_t length = 0;  ///< in that unit
  bool operator==(const ArrayLabel&) const = default;
};

struct ArrayLabelRead {  ///< 041A
  std::vector<std::string> abbreviations{};
  std::vector<ArrayLabel> labels{};
  bool operator==(const ArrayLabelRead&) const = default;
};

// Request data. The decoders say nothing when the data is not exactly one well-formed request. Requires of what is
// encoded: counts and names fit their fields; a device has a code in this code and subcommand (see DeviceType) and its
// number fits: 24 bits in Q/L subcommands, in ASCII 6 digits (iQ-R: 8).
void encode_data(Bytes& out, Code, const DeviceRead&);
void encode_data(Bytes& out, Code, const DeviceReadRandom&);
void encode_data(Bytes& out, Code, const LabelReadRandom&);
void encode_data(Bytes& out, Code, const ArrayLabelRead&);
void encode_self_test(Bytes& out, Code, std::string_view text);

std::optional<DeviceRead> decode_device_read(Code, std::uint16_t subcommand, ByteView);
std::optional<DeviceReadRandom> decode_device_read_random(Code, std::uint16_t subcommand, ByteView);
std::optional<LabelReadRandom> decode_label_read_random(Code, ByteView);
std::optional<ArrayLabelRead> decode_array_label_read(Code, ByteView);
std::optional<std::string> decode_self_test(Code, ByteView);  ///< also the response's data

/// 0403's answer, as the PLC's own numbers whatever the code was.
struct RandomValues {
  std::vector<std::uint16_t> words{};
  std::vector<std::uint32_t> dwords{};
  bool operator==(const RandomValues&) const = default;
};

/// One label's answer. `data` is in the PLC's memory order (little-endian), whatever the code was.
struct LabelValue {
  std::uint8_t type = 0;     ///< a LabelType, or another id
  std::uint8_t unit = 1;     ///< of `length`: 0 bits, 1 bytes. 041C knows bytes alone: its single bit is 1 bit here
  std::uint16_t length = 0;  ///< as it came, in that unit
  Bytes data{};              ///< label_data_bytes(unit, length) of them: whole words
  bool operator==(const LabelValue&) const = default;
};

struct TypeName {
  std::string name{};       ///< without the padding
  std::uint16_t model = 0;  ///< model code
  bool operator==(const TypeName&) const = default;
};

// Response data. A decoder says nothing when the data is not exactly what was asked for.
std::optional<std::vector<std::uint16_t>> decode_words(Code, ByteView, std::size_t points);
std::optional<std::vector<bool>> decode_bits(Code, ByteView, std::size_t points);
std::optional<RandomValues> decode_random_values(Code, ByteView, std::size_t words, std::size_t dwords);
std::optional<std::vector<LabelValue>> decode_label_values(Code, ByteView, std::size_t labels,
                                                           LabelOrder = LabelOrder::whole_number);  // 041C
std::optional<std::vector<LabelValue>> decode_array_label_values(Code, ByteView, std::size_t labels,
                                                                 LabelOrder = LabelOrder::whole_number);  // 041A
std::optional<TypeName> decode_type_name(Code, ByteView);

void encode_words(Bytes& out, Code, std::span<const std::uint16_t>);
void encode_bits(Bytes& out, Code, const std::vector<bool>&);
void encode_random_values(Bytes& out, Code, const RandomValues&);
void encode_label_values(Bytes& out, Code, std::span<const LabelValue>, LabelOrder = LabelOrder::whole_number);
void encode_array_label_values(Bytes& out, Code, std::span<const LabelValue>, LabelOrder = LabelOrder::whole_number);
void encode_type_name(Bytes& out, Code, const TypeName&);

/// What one request may ask for (SLMP manual, "Command list"); a CPU may allow less (see end codes C051 to C054).
struct Limits {
  std::size_t words = 960;
  std::size_t bits = 7168;
  std::size_t random = 192;        ///< words and dwords together, Q/L subcommands
  std::size_t random_iqr = 96;     ///< iQ-R subcommands
  std::size_t label_bytes = 1920;  ///< a whole label message
};
Limits limits_for(Code);

}  // namespace m2c2::slmp
