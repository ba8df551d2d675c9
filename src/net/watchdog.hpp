// Cuts a socket's wait short at a deadline, at the price of one timer a connection instead of one a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "base/time.hpp"

namespace m2c2::net {

/// The timer is left running when a request ends in time; when it fires it looks whether the deadline has moved on.
class Watchdog {
 public:
  Watchdog(boost::asio::io_context& io, std::function<void()> bite)
      : state_{std::make_shared<State>(io, std::move(bite))} {}
  ~Watchdog() {
    state_->bite = nullptr;
    state_->timer.cancel();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void arm(SteadyTime deadline) {
    state_->deadline = deadline;
    state_->bitten = false;
    if (!state_->waiting || deadline < state_->timer.expiry()) wait(state_);
  }
  void disarm() { state_->deadline = SteadyTime::max(); }
  /// The deadline passed since arm().
  bool bitten() const { return state_->bitten; }

 private:
  struct State {
    State(boost::asio::io_context& io, std::function<void()> b) : timer{io}, bite{std::move(b)} {}
    boost::asio::steady_timer timer;
    std::function<void()> bite;
    SteadyTime deadline = SteadyTime::max();
    bool waiting = false;
    bool bitten = false;
  };

  static void wait(const std::shared_ptr<State>& state) {
    state->waiting = true;
    state->timer.expires_at(state->deadline);
    state->timer.async_wait([state](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      state->waiting = false;
      if (!state->bite || state->deadline == SteadyTime::max()) return;
      if (state->timer.expiry() < state->deadline) return wait(state);
      state->bitten = true;
      state->bite();
    });
  }

  std::shared_ptr<State> state_;
};

}  // namespace m2c2::net
