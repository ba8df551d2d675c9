// Compares the faults of one iteration with those known.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/fault_watch.hpp"

#include <utility>

namespace m2c2::gateway {

FaultNews FaultWatch::see(const std::vector<telemetry::Fault>& faults, SteadyTime now) {
  FaultNews news;
  if (faults.empty() && known_.empty()) return news;  // nearly every poll
  ++iteration_;
  for (const auto& fault : faults) note(fault, now, news);
  std::erase_if(known_, [&](const auto& each) {
    const auto& [subject, known] = each;
    if (now - known.seen < kQuiet) return false;
    if (news.gone.size() < kMostTold) news.gone.push_back(subject);
    else ++news.more_gone;
    return true;
  });
  return news;
}

void FaultWatch::note(const telemetry::Fault& fault, SteadyTime now, FaultNews& news) {
  const auto [place, is_new] = known_.try_emplace(fault.subject, Known{fault.why, now, now, 0});
  Known& known = place->second;
  if (std::exchange(known.iteration, iteration_) == iteration_) return;
  known.seen = now;
  const bool changed = known.why != fault.why && now - known.told >= kQuiet;
  if (!is_new && !changed) return;
  known.why = fault.why;
  known.told = now;
  if (news.appeared.size() < kMostTold) news.appeared.push_back(fault);
  else ++news.more_appeared;
}

}  // namespace m2c2::gateway
