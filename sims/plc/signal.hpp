// Moving values: what a signal is worth at a moment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sims/plc/notation.hpp"

namespace m2c2::sim {

struct Signal {
  enum class Shape {
    ramp,     ///< from low to high in one period, then from low again
    sine,     ///< around the middle of low and high
    random,   ///< another value from low to high each period
    counter,  ///< one more each period
    toggle,   ///< 0 and 1 in turn, one period each
    reads,    ///< one more at each read of it, so that a reader sees that none was lost
  };
  Shape shape = Shape::counter;
  double low = 0;
  double high = 1000;
  Duration period = std::chrono::seconds{1};
  std::uint64_t seed = 0;  ///< makes two random signals differ
};

/// "ramp:0..1000:10s", "counter:100ms", "reads": the shape, then range and period where it has them, each optional.
Parsed<Signal> parse_signal(std::string_view text);

/// Its value when the PLC has been on for `at` and the signal has been read `reads` times.
double value_at(const Signal&, Duration at, std::uint64_t reads);

}  // namespace m2c2::sim
