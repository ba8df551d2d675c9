// The loops: the operating system's, and the one whose clock is turned by hand.
// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <map>

#include "net/event_loop.hpp"
#include "net/name_lookup.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::net {
namespace {

namespace asio = boost::asio;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

class TimerAlarm final : public Alarm {
 public:
  explicit TimerAlarm(asio::io_context& io) : timer_{io} {}

  Task<bool> wait_until(SteadyTime at) override {
    timer_.expires_at(at);
    const auto [cancelled] = co_await timer_.async_wait(kAwaitTuple);
    co_return !cancelled;
  }

  void cancel() override { timer_.cancel(); }

 private:
  asio::steady_timer timer_;
};

void wait_for_signal(asio::signal_set& signals, std::function<void()> then) {
  signals.async_wait([&signals, then = std::move(then)](const boost::system::error_code& error, int) mutable {
    if (error) return;
    then();
    wait_for_signal(signals, std::move(then));
  });
}

}  // namespace

void spawn_on(asio::io_context& io, Task<> task) {
  asio::co_spawn(io, std::move(task), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

Task<> Event::wait() { co_await wait_until(SteadyTime::max()); }

Task<bool> Event::wait_until(SteadyTime at) {
  while (!set_ && loop_.steady() < at) co_await alarm_->wait_until(at);
  co_return std::exchange(set_, false);
}

EventLoop::EventLoop() : impl_{std::make_unique<Impl>()}, names_{std::make_unique<NameLookup>(*this)} {}
EventLoop::~EventLoop() = default;

SteadyTime EventLoop::steady() const { return std::chrono::steady_clock::now(); }

WallTime EventLoop::wall() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::unique_ptr<Alarm> EventLoop::make_alarm() { return std::make_unique<TimerAlarm>(impl_->io); }
void EventLoop::spawn(Task<> task) { spawn_on(impl_->io, std::move(task)); }
void EventLoop::post(std::function<void()> work) { asio::post(impl_->io, std::move(work)); }
void EventLoop::run() { impl_->io.run(); }
void EventLoop::stop() { impl_->io.stop(); }

void EventLoop::on_signal(std::function<void()> then) {
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  wait_for_signal(impl_->signals, std::move(then));
}

struct VirtualLoop::Impl {
  class VirtualAlarm;

  SteadyTime now{};
  std::multimap<SteadyTime, VirtualAlarm*> due;
  asio::io_context io{1};  // goes first: the tasks in it may hold alarms
};

/// Waits on a timer that never comes; the loop cuts it short when its own clock gets there.
class VirtualLoop::Impl::VirtualAlarm final : public Alarm {
 public:
  explicit VirtualAlarm(Impl& loop) : loop_{loop}, timer_{loop.io, SteadyTime::max()} {}
  ~VirtualAlarm() override { forget(); }

  Task<bool> wait_until(SteadyTime at) override {
    if (at <= loop_.now) co_return true;
    came_ = false;
    place_ = loop_.due.emplace(at, this);
    co_await timer_.async_wait(kAwaitTuple);
    co_return came_;
  }

  void cancel() override {
    forget();
    timer_.cancel();
  }

  void come() {
    came_ = true;
    cancel();
  }

 private:
  void forget() {
    if (place_ != loop_.due.end()) loop_.due.erase(place_);
    place_ = loop_.due.end();
  }

  Impl& loop_;
  asio::steady_timer timer_;
  std::multimap<SteadyTime, VirtualAlarm*>::iterator place_ = loop_.due.end();
  bool came_ = false;
};

VirtualLoop::VirtualLoop() : impl_{std::make_unique<Impl>()} {}
VirtualLoop::~VirtualLoop() = default;

SteadyTime VirtualLoop::steady() const { return impl_->now; }

WallTime VirtualLoop::wall() const {
  using namespace std::chrono;
  return sys_days{year{2026} / January / 1} + duration_cast<microseconds>(impl_->now.time_since_epoch());
}

std::unique_ptr<Alarm> VirtualLoop::make_alarm() { return std::make_unique<Impl::VirtualAlarm>(*impl_); }
void VirtualLoop::spawn(Task<> task) { spawn_on(impl_->io, std::move(task)); }
void VirtualLoop::post(std::function<void()> work) { asio::post(impl_->io, std::move(work)); }

void VirtualLoop::settle() {
  impl_->io.restart();
  while (impl_->io.poll() > 0) {
  }
}

void VirtualLoop::advance(Duration by) {
  const SteadyTime target = impl_->now + by;
  settle();
  while (!impl_->due.empty() && impl_->due.begin()->first <= target) {
    const auto [at, alarm] = *impl_->due.begin();
    impl_->now = at;
    alarm->come();
    settle();
  }
  impl_->now = target;
}

}  // namespace m2c2::net
