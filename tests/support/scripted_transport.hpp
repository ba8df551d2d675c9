// A peer that keeps to a script: a test expects these bytes, replies those, then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.hpp"
#include "net/transport.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::test {

/// The far end of one Transport. What follows an expect() happens once that was sent; what precedes the first one
/// happens when the connection opens. Every difference from the script fails the test.
class ScriptedPeer {
 public:
  enum class Kind { stream, datagrams };
  static constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();

  explicit ScriptedPeer(net::Loop& loop, Kind kind = Kind::stream) : loop_{loop}, kind_{kind} {}
  ~ScriptedPeer() {
    for (const Step& step : script_) ADD_FAILURE() << "was never sent: " << shown(step.expected);
  }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  std::unique_ptr<net::Transport> transport();

  /// The next connection fails so.
  ScriptedPeer& fail_to_open(net::NetError error) {
    open_errors_.push_back(error);
    return *this;
  }
  ScriptedPeer& expect(Bytes bytes) {
    script_.push_back(Step{std::move(bytes), {}});
    return *this;
  }
  /// In pieces of so many bytes, each received by itself; of a datagram peer, each piece is a datagram.
  ScriptedPeer& reply(const Bytes& bytes, std::size_t piece = kWhole) {
    for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
      const ByteView part = ByteView{bytes}.subspan(at, std::min(piece, bytes.size() - at));
      last().push_back(Event{pause(), Bytes(part.begin(), part.end()), std::nullopt});
    }
    return *this;
  }
  /// What comes next comes so much later.
  ScriptedPeer& wait(Duration by) {
    pause_ += by;
    return *this;
  }
  ScriptedPeer& stay_silent() { return *this; }
  ScriptedPeer& close() { return fail(net::NetError::closed); }
  ScriptedPeer& fail(net::NetError error) {
    last().push_back(Event{pause(), {}, error});
    return *this;
  }
  /// What is sent when the script is at its end is answered by this; nothing when it gives nothing.
  ScriptedPeer& otherwise(std::function<Bytes(ByteView)> answer) {
    answer_ = std::move(answer);
    return *this;
  }

  int connections() const { return connections_; }

 private:
  class End;
  struct Event {
    Duration after{};
    Bytes bytes;
    std::optional<net::NetError> error;
  };
  struct Step {
    Bytes expected;
    std::vector<Event> then;
  };
  struct Arrival {
    SteadyTime at;
    Bytes bytes;
    std::optional<net::NetError> error;
  };

  static std::string shown(const Bytes& bytes) {
    const bool text = std::ranges::all_of(bytes, [](std::byte b) { return b >= std::byte{' '} && b < std::byte{127}; });
    return text ? std::string{as_text(bytes)} : to_hex(bytes);
  }
  std::vector<Event>& last() { return script_.empty() ? on_open_ : script_.back().then; }
  Duration pause() { return std::exchange(pause_, Duration{}); }
  void happen(const std::vector<Event>& events) {
    SteadyTime at = loop_.steady();
    for (const Event& event : events) arrivals_.push_back(Arrival{at += event.after, event.bytes, event.error});
  }
  void sent(ByteView bytes) {
    if (script_.empty() && answer_) return happen({Event{{}, answer_(bytes), std::nullopt}});
    const Bytes got{bytes.begin(), bytes.end()};
    if (script_.empty()) {
      ADD_FAILURE() << "was sent though nothing was expected: " << shown(got);
      return;
    }
    const Step step = std::move(script_.front());
    script_.pop_front();
    EXPECT_EQ(shown(got), shown(step.expected));
    happen(step.then);
  }

  net::Loop& loop_;
  Kind kind_;
  std::deque<net::NetError> open_errors_;
  std::vector<Event> on_open_;
  std::deque<Step> script_;
  std::function<Bytes(ByteView)> answer_;
  Duration pause_{};
  std::deque<Arrival> arrivals_;
  int connections_ = 0;
};

/// The near end, which the code under test owns.
class ScriptedPeer::End final : public net::Transport {
 public:
  explicit End(ScriptedPeer& peer) : peer_{peer}, alarm_{peer.loop_.make_alarm()} {}

  net::Task<Result<>> open(SteadyTime) override {
    if (!peer_.open_errors_.empty()) {
      const net::NetError error = peer_.open_errors_.front();
      peer_.open_errors_.pop_front();
      co_return m2c2::fail(error);
    }
    open_ = true;
    ++peer_.connections_;
    peer_.arrivals_.clear();
    peer_.happen(std::exchange(peer_.on_open_, {}));
    co_return Result<>{};
  }

  net::Task<Result<>> send(ByteView bytes, SteadyTime) override {
    if (!open_) co_return m2c2::fail(net::NetError::cancelled);
    peer_.sent(bytes);
    co_return Result<>{};
  }

  net::Task<Result<std::size_t>> receive(std::span<std::byte> into, SteadyTime deadline) override {
    for (;;) {
      if (!open_) co_return m2c2::fail(net::NetError::cancelled);
      const SteadyTime now = peer_.loop_.steady();
      auto& arrivals = peer_.arrivals_;
      if (!arrivals.empty() && arrivals.front().at <= now) co_return arrive(into);
      if (now >= deadline) {
        if (peer_.kind_ == Kind::stream) open_ = false;  // as the real one
        co_return m2c2::fail(net::NetError::timed_out);
      }
      co_await alarm_->wait_until(arrivals.empty() ? deadline : std::min(deadline, arrivals.front().at));
    }
  }

  void close() override {
    open_ = false;
    alarm_->cancel();
  }
  bool is_open() const override { return open_; }

 private:
  Result<std::size_t> arrive(std::span<std::byte> into) {
    Arrival& front = peer_.arrivals_.front();
    if (front.error) {
      const net::NetError error = *front.error;
      peer_.arrivals_.pop_front();
      return m2c2::fail(error);
    }
    const std::size_t n = std::min(into.size(), front.bytes.size());
    std::ranges::copy(ByteView{front.bytes}.first(n), into.begin());
    front.bytes.erase(front.bytes.begin(), front.bytes.begin() + static_cast<std::ptrdiff_t>(n));
    if (front.bytes.empty() || peer_.kind_ == Kind::datagrams) peer_.arrivals_.pop_front();
    return n;
  }

  ScriptedPeer& peer_;
  std::unique_ptr<net::Alarm> alarm_;
  bool open_ = false;
};

inline std::unique_ptr<net::Transport> ScriptedPeer::transport() { return std::make_unique<End>(*this); }

/// Runs a task to its end, turning the clock no further than it has to.
template <class T>
T run(net::VirtualLoop& loop, net::Task<T> task) {
  std::optional<T> result;
  loop.spawn([](net::Task<T> inner, std::optional<T>& out) -> net::Task<> { out.emplace(co_await std::move(inner)); }(
                                                               std::move(task), result));
  loop.settle();
  for (int turns = 0; !result && turns < 100'000; ++turns) loop.advance(std::chrono::milliseconds{10});
  if (!result) throw std::logic_error{"the task does not end"};
  return std::move(*result);
}

}  // namespace m2c2::test
