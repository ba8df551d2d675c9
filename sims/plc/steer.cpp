// Steering a station while it runs.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/steer.hpp"

#include <fmt/format.h>

#include "sims/plc/setting.hpp"

namespace m2c2::sim {
namespace {

Parsed<> carry_out(Station& station, std::string_view command, std::string_view what) {
  if (command == "set") return set_value(station.plc, what);
  if (command == "signal") return set_signal(station.plc, what);
  if (command == "fault") return apply_fault(station.faults, what);
  return std::unexpected{
      fmt::format("'{}' is not a command; write set, signal or fault, for example 'fault none'", command)};
}

}  // namespace

std::string obey(Station& station, std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const auto [command, what] = split(line, ' ');
  const auto done = carry_out(station, command, what);
  return done ? "ok" : "error: " + done.error();
}

}  // namespace m2c2::sim
