// How long to wait before trying again: doubling, capped, and never in step with others who failed at the same time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>

#include "base/time.hpp"

namespace m2c2 {

class BackOff {
 public:
  BackOff(Duration first, Duration most, std::uint32_t seed = std::random_device{}())
      : first_{first}, most_{most}, next_{first}, random_{seed} {}

  /// The next wait: between three quarters of the doubled time and all of it.
  Duration next() {
    const Duration full = std::exchange(next_, std::min(next_ * 2, most_));
    std::uniform_int_distribution<Duration::rep> quarter{0, full.count() / 4};
    return full - Duration{quarter(random_)};
  }
  void reset() { next_ = first_; }

 private:
  Duration first_;
  Duration most_;
  Duration next_;
  std::minstd_rand random_;  // small: there is one for each lost machine
};

}  // namespace m2c2
