// A loop whose clock is turned by hand: minutes of polling and back-off tested in no time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "net/loop.hpp"

namespace m2c2::net {

class VirtualLoop final : public Loop {
 public:
  VirtualLoop();
  ~VirtualLoop() override;

  SteadyTime steady() const override;
  WallTime wall() const override;  ///< begins at 2026-01-01 00:00:00 UTC
  std::unique_ptr<Alarm> make_alarm() override;
  void spawn(Task<> task) override;
  void post(std::function<void()> work) override;

  /// Runs all that can run now, without moving the clock.
  void settle();
  /// Moves the clock from alarm to alarm up to `by` later, running what each one wakes.
  void advance(Duration by);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace m2c2::net
