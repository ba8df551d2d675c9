// When to tell the gateway's status: every so often, and soon after something changed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "net/loop.hpp"

namespace m2c2::gateway {

/// Calls `beat` on the loop, `every` so often, until destroyed.
class Heartbeat {
 public:
  static constexpr Duration kAfterChange = std::chrono::seconds{1};  ///< a thousand changes at once are one beat

  Heartbeat(net::Loop&, Duration every, std::function<void()> beat);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// A beat within kAfterChange.
  void changed() { beat_by(kAfterChange); }
  /// A beat at once.
  void now() { beat_by(Duration::zero()); }

 private:
  struct State;
  void beat_by(Duration from_now);
  static net::Task<> run(std::shared_ptr<State>);

  std::shared_ptr<State> state_;  // the task's too: it ends some time after the destructor
};

}  // namespace m2c2::gateway
