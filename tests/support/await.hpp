// Waiting, from a test's thread, for what happens on a loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <future>

#include "net/loop.hpp"

namespace m2c2::test {

inline net::Task<> watch(net::Loop& loop, const std::function<bool()>& condition, Duration patience,
                         std::promise<bool>& met) {
  constexpr Duration kPeriod = std::chrono::milliseconds{1};
  const auto alarm = loop.make_alarm();
  const SteadyTime deadline = loop.steady() + patience;
  bool is_met = condition();
  while (!is_met && loop.steady() < deadline) {
    co_await alarm->wait_until(loop.steady() + kPeriod);
    is_met = condition();
  }
  met.set_value(is_met);
}

/// Whether the condition, which is looked at on the loop, comes true in time. The loop runs on another thread.
inline bool await_on(net::Loop& loop, const std::function<bool()>& condition, Duration patience) {
  std::promise<bool> met;
  loop.post([&] { loop.spawn(watch(loop, condition, patience, met)); });
  return met.get_future().get();
}

}  // namespace m2c2::test
