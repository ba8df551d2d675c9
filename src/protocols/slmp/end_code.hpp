// End codes: what a PLC's refusal means and what to do about it (SLMP manual, "End codes", and the CPUs' manuals).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace m2c2::slmp {

enum class EndCodeClass {
  retry,          ///< busy: the next poll may succeed
  configuration,  ///< the job asks for what the PLC does not have
  points,         ///< too many points in one request (C051 to C054)
  security,       ///< locked by a remote password
  other,
};

struct EndCode {
  std::uint16_t code;
  EndCodeClass kind;
  std::string_view meaning;  ///< "the device number is out of range"
  std::string_view remedy;   ///< "check head-device and number-of-points against the PLC's device settings"
};

/// Known codes have their row; others get the row of their range, with `code` filled in.
EndCode describe_end_code(std::uint16_t code);

/// "C056: the device number is out of range; check …"
std::string to_text(const EndCode&);

}  // namespace m2c2::slmp
