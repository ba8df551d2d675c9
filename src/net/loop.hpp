// One thread's event loop: it runs tasks, keeps time, and is the queue in which other threads reach it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "base/time.hpp"
#include "net/task.hpp"

namespace m2c2::net {

class NameLookup;

/// A timer that one task waits on and anyone on the same loop may cut short.
class Alarm {
 public:
  virtual ~Alarm() = default;
  /// True when the time came, false when cancel() was called while waiting.
  virtual Task<bool> wait_until(SteadyTime) = 0;
  virtual void cancel() = 0;
};

/// What decisions need of a loop: time and tasks. The real one is EventLoop;
/// VirtualLoop (net/virtual_loop.hpp) turns its clock by hand.
class Loop : public Clock {
 public:
  virtual std::unique_ptr<Alarm> make_alarm() = 0;
  /// Starts a task on this loop. An exception that leaves it ends the program.
  virtual void spawn(Task<> task) = 0;
  /// Runs `work` on this loop, soon, in the order posted. Safe from any thread.
  virtual void post(std::function<void()> work) = 0;
};

/// Waits for a thing that happens once or again: set() wakes the waiting task,
/// or lets the next wait through. One waiter; all calls on the same loop.
class Event {
 public:
  explicit Event(Loop& loop) : loop_{loop}, alarm_{loop.make_alarm()} {}
  void set() {
    set_ = true;
    alarm_->cancel();
  }
  /// Returns once set() was called since the last wait.
  Task<> wait();
  /// Likewise, or false when the time came first.
  Task<bool> wait_until(SteadyTime);

 private:
  Loop& loop_;
  std::unique_ptr<Alarm> alarm_;
  bool set_ = false;
};

/// The operating system's loop, for one thread.
class EventLoop final : public Loop {
 public:
  EventLoop();
  ~EventLoop() override;

  SteadyTime steady() const override;
  WallTime wall() const override;
  std::unique_ptr<Alarm> make_alarm() override;
  void spawn(Task<> task) override;
  void post(std::function<void()> work) override;

  /// Runs until stop(). Tasks still waiting then are destroyed with the loop.
  void run();
  /// Safe from any thread.
  void stop();
  /// Calls `then` on this loop at SIGINT or SIGTERM, each time one comes.
  void on_signal(std::function<void()> then);

  struct Impl;
  Impl& impl() { return *impl_; }
  NameLookup& names() { return *names_; }

 private:
  std::unique_ptr<Impl> impl_;
  std::unique_ptr<NameLookup> names_;  // goes first: its threads post to the loop
};

}  // namespace m2c2::net
