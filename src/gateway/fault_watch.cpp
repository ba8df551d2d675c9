// Compares the faults of one iteration with those known.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/fault_watch.hpp"

#include <utility>

namespace m2c2::gateway {

FaultNews FaultWatch::see(const std::vector<telemetry::Fault>& faults) {
  FaultNews news;
  if (faults.empty() && known_.empty()) return news;  // nearly every poll
  std::map<std::string, std::string> seen;
  for (const auto& fault : faults) {
    if (!seen.emplace(fault.subject, fault.why).second) continue;
    const auto before = known_.find(fault.subject);
    if (before == known_.end() || before->second != fault.why) news.appeared.push_back(fault);
  }
  for (const auto& [subject, why] : known_)
    if (!seen.contains(subject)) news.gone.push_back(subject);
  known_ = std::move(seen);
  return news;
}

}  // namespace m2c2::gateway
