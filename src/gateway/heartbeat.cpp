// One alarm for the interval and for the changes.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/heartbeat.hpp"

#include <algorithm>
#include <utility>

namespace m2c2::gateway {

struct Heartbeat::State {
  net::Loop& loop;
  Duration every;
  std::function<void()> beat;
  std::unique_ptr<net::Alarm> alarm = loop.make_alarm();
  SteadyTime due = loop.steady() + every;
  bool over = false;
};

Heartbeat::Heartbeat(net::Loop& loop, Duration every, std::function<void()> beat)
    : state_{std::make_shared<State>(loop, every, std::move(beat))} {
  loop.spawn(run(state_));
}

Heartbeat::~Heartbeat() {
  state_->over = true;
  state_->alarm->cancel();
}

void Heartbeat::beat_by(Duration from_now) {
  state_->due = std::min(state_->due, state_->loop.steady() + from_now);
  state_->alarm->cancel();
}

net::Task<> Heartbeat::run(std::shared_ptr<State> state) {
  while (!state->over) {
    if (state->loop.steady() < state->due) {
      co_await state->alarm->wait_until(state->due);
      continue;
    }
    state->due = state->loop.steady() + state->every;
    state->beat();
  }
}

}  // namespace m2c2::gateway
