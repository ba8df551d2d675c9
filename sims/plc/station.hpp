// A station: one PLC with its port's settings, its faults and its counters, shared by all its connections.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <random>

#include "sims/plc/fault.hpp"
#include "sims/plc/plc.hpp"

namespace m2c2::sim {

/// What the port is set to, as in a PLC's parameters; nothing: whatever a request comes in.
struct PortSetting {
  std::optional<slmp::Code> code{};
  std::optional<slmp::FrameType> frame{};
};

struct Counters {
  std::uint64_t requests = 0;  ///< well-formed frames of the port's setting
  std::uint64_t answers = 0;   ///< sent
  std::uint64_t refusals = 0;  ///< requests refused with an end code
  std::uint64_t ignored = 0;   ///< what came and was no such frame
};

struct Station {
  explicit Station(const Family& family, PortSetting setting = {}) : port{setting}, plc{family, faults} {}

  PortSetting port;
  Faults faults;
  Plc plc;
  Counters counters;
  std::mt19937_64 dice;  // the same throws in every run
};

}  // namespace m2c2::sim
