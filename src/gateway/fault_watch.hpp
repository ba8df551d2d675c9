// Which faults of a machine are news: each is told when it appears or changes, and when it is gone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "telemetry/sample.hpp"

namespace m2c2::gateway {

struct FaultNews {
  std::vector<telemetry::Fault> appeared;  ///< new, or for another reason than before
  std::vector<std::string> gone;           ///< subjects that are read again
  std::size_t more_appeared = 0;           ///< beyond FaultWatch::kMostTold of them
  std::size_t more_gone = 0;
};

/// One fault that comes and goes is told once, and the loss of a device with thousands of items in a few lines: the
/// operator's other answers wait behind them.
class FaultWatch {
 public:
  static constexpr Duration kQuiet = std::chrono::seconds{10};  ///< a fault is gone, or changes, after so long
  static constexpr std::size_t kMostTold = 20;                  ///< of one iteration, one by one

  /// What the faults of one iteration change. Of two faults with one subject the first counts.
  FaultNews see(const std::vector<telemetry::Fault>& faults, SteadyTime now);

 private:
  struct Known {
    std::string why;  ///< as it was told
    SteadyTime told;
    SteadyTime seen;
    std::uint64_t iteration;  ///< when it was seen
  };

  void note(const telemetry::Fault&, SteadyTime now, FaultNews&);

  std::map<std::string, Known> known_;  // by subject
  std::uint64_t iteration_ = 0;
};

}  // namespace m2c2::gateway
