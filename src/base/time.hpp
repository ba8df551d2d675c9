// Points in time, the Clock they come from, and the guide's text for them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace m2c2 {

/// UTC, to the microsecond: what a message says.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Never jumps: what intervals, time-outs and back-offs are counted in.
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Where time comes from; tests bring their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady() const = 0;
  virtual WallTime wall() const = 0;
};

/// Appends `YYYY-MM-DD HH:MM:SS.ffffff`, UTC (guide: `_timestamp_`).
void append_timestamp(std::string& out, WallTime at);
std::string format_timestamp(WallTime at);

}  // namespace m2c2
