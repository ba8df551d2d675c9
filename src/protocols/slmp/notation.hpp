// The wire's own notation, in which jobs write devices (guide, sample SLMP job definitions): ASCII as it stands in an
// ASCII frame ("M*", "000100", "0002"), binary as the hex of the bytes in a binary frame ("90", "640000", "0200").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "protocols/slmp/device.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::slmp {

/// In each: the value, or one sentence that says what is wrong and what is expected, e.g.
/// "'ZZ' is not 4 hex digits, for example 0002 for 2 points". Never names the JSON path: the caller knows it.
template <class T>
using Notated = std::expected<T, std::string>;

Notated<std::uint16_t> parse_subcommand(Code, std::string_view text);  ///< "0000"; binary "0200" is 0002
Notated<const DeviceType*> parse_device_code(Code, std::uint16_t subcommand, std::string_view text);
Notated<std::uint32_t> parse_head_device(Code, std::uint16_t subcommand, const DeviceType&, std::string_view text);
Notated<std::uint16_t> parse_points(Code, std::string_view text);  ///< at least 1
Notated<std::uint16_t> parse_module_io(std::string_view text);     ///< "03FF", either code

/// A device as people write it: "D100", "X20".
std::string device_name(const DeviceType&, std::uint32_t number);

}  // namespace m2c2::slmp
