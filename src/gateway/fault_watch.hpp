// Which faults of a machine are news: each is told when it appears or changes, and when it is gone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "telemetry/sample.hpp"

namespace m2c2::gateway {

struct FaultNews {
  std::vector<telemetry::Fault> appeared;  ///< new, or for another reason than before
  std::vector<std::string> gone;           ///< subjects that are read again
};

class FaultWatch {
 public:
  /// What the faults of one iteration change. Of two faults with one subject the first counts.
  FaultNews see(const std::vector<telemetry::Fault>& faults);

 private:
  std::map<std::string, std::string> known_;  // subject → why
};

}  // namespace m2c2::gateway
