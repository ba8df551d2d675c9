// The device codes of MELSEC CPUs (SLMP manual, section "Device codes").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace m2c2::slmp {

enum class DeviceKind { bit, word, double_word };

struct DeviceType {
  std::string_view name;    ///< "D", "TN", "LTN"
  std::uint16_t code;       ///< binary code; one byte in Q/L subcommands, two in iQ-R ones
  std::string_view ascii2;  ///< "D*": Q/L subcommands; empty where Q/L has no such device
  std::string_view ascii4;  ///< "D***": iQ-R subcommands
  unsigned radix;           ///< of its numbers in programs: 10 or 16
  /// Of its numbers in ASCII frames. Only ZR's differs: 16 in the manual, 10 on CPUs that were measured. The digits go
  /// to the PLC as they were written, so a single read is right either way; counting on from them is not.
  unsigned ascii_radix;
  DeviceKind kind;
};

std::span<const DeviceType> device_types();
/// nullptr when there is no such device.
const DeviceType* find_device(std::uint16_t code);
const DeviceType* find_device_by_name(std::string_view name);
/// By its 2- or 4-character ASCII code, with '*' padding.
const DeviceType* find_device_by_ascii(std::string_view text);

}  // namespace m2c2::slmp
