// Steering a station while it runs: one line of command, one line of answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sims/plc/station.hpp"

namespace m2c2::sim {

/// "set D100=5", "signal D0=counter", "fault silence", "fault none". The answer is "ok" or "error: …".
std::string obey(Station&, std::string_view line);

}  // namespace m2c2::sim
