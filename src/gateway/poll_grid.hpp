// When to poll: at fixed places on the clock, so that a slow read shifts none of the later ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace m2c2::gateway {

/// The places are first, first + interval, first + 2 * interval, … for ever.
class PollGrid {
 public:
  PollGrid(SteadyTime first, Duration interval) : next_{first}, interval_{interval} {}

  SteadyTime next() const { return next_; }

  /// A poll is over at `now`: moves to the following place, past those that went by while it lasted. Gives their
  /// number.
  std::uint64_t advance(SteadyTime now) {
    next_ += interval_;
    if (now <= next_) return 0;
    const auto missed = (now - next_ + interval_ - Duration{1}) / interval_;
    next_ += missed * interval_;
    return static_cast<std::uint64_t>(missed);
  }

 private:
  SteadyTime next_;
  Duration interval_;
};

}  // namespace m2c2::gateway
