// The CPU families that the simulator plays: what each has, allows and refuses, and with which end codes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocols/slmp/command.hpp"

namespace m2c2::sim {

/// Which reads a device can take part in.
enum class Reach {
  any,
  batch,          ///< not in a random read (0403): contacts and coils of timers and counters
  random_dword,   ///< only as a double word of a random read: LZ
  through_value,  ///< in no read of its own: contacts and coils of long timers, which stand in LTN and LSTN
};

struct DeviceRange {
  std::string_view name;
  std::size_t points;
  Reach reach = Reach::any;
};

/// Refusals that differ between the families.
struct Refusals {
  std::uint16_t words;      ///< too many points of words, or none
  std::uint16_t bits;       ///< too many points of bits, or none
  std::uint16_t range;      ///< beyond the last device
  std::uint16_t no_device;  ///< a device code that the CPU does not have
  std::uint16_t reach;      ///< a device that this command cannot read
};

struct Family {
  std::string_view option;  ///< "iq-r"
  std::string_view name;    ///< "iQ-R"
  std::string_view model;   ///< empty: the CPU has neither type name (0101) nor loopback test (0619)
  std::uint16_t model_code;
  std::span<const DeviceRange> devices;
  slmp::Limits binary;
  slmp::Limits ascii;
  Refusals refusals;
  bool frame_4e;  ///< otherwise a 4E frame gets no answer
  bool iqr_subcommands;
  bool labels;
  bool answers_last_only;  ///< of several requests that come together on a TCP connection

  const slmp::Limits& limits(slmp::Code code) const { return code == slmp::Code::ascii ? ascii : binary; }
};

std::span<const Family> families();
/// nullptr when there is none of that option.
const Family* find_family(std::string_view option);

}  // namespace m2c2::sim
