// The end codes of refusals that are the same in every family; family.hpp has the others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace m2c2::sim::end_code {

inline constexpr std::uint16_t done = 0x0000;
inline constexpr std::uint16_t not_in_random_read = 0x4032;  ///< a contact or coil
inline constexpr std::uint16_t no_label = 0x40C0;            ///< or not open to external devices
inline constexpr std::uint16_t random_points = 0xC054;       ///< too many, or none
inline constexpr std::uint16_t beyond_label = 0xC056;
inline constexpr std::uint16_t command = 0xC059;  ///< command or subcommand not usable here
inline constexpr std::uint16_t content = 0xC05C;  ///< the request's content is wrong
inline constexpr std::uint16_t length = 0xC061;   ///< the data is shorter or longer than the command's
inline constexpr std::uint16_t label_length = 0xC075;

}  // namespace m2c2::sim::end_code
