// Setting a PLC's memory by what a user writes: "D100=1995", "M103=1", "D0=ramp:0..1000:10s".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sims/plc/plc.hpp"

namespace m2c2::sim {

/// "PLACE=VALUE" or "PLACE=TYPE:VALUE", where the place is a device or a label: see parse_words().
Parsed<> set_value(Plc&, std::string_view assignment);

/// "PLACE=SIGNAL" or "PLACE=TYPE:SIGNAL": see parse_signal().
Parsed<> set_signal(Plc&, std::string_view assignment);

/// The signals with which a PLC starts: every device and label of the guide's sample jobs moves, and one label of each
/// other type.
void set_defaults(Plc&);

}  // namespace m2c2::sim
