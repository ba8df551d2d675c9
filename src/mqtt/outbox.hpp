// Messages that must arrive though the broker may be away: answers, wanted states, status.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "mqtt/broker.hpp"

namespace m2c2::mqtt {

/// Sends in order, at least once, keeping what is not yet acknowledged in a bounded memory: when full, the oldest is
/// dropped, counted and logged. A retained message replaces an unsent one of the same topic. All calls on one loop.
class Outbox {
 public:
  struct Limits {
    std::size_t messages = 20'000;
    std::size_t bytes = 64 * 1024 * 1024;
    std::size_t in_flight = 50;  ///< a batch handed to the broker
  };

  Outbox(Broker&, net::Loop& home, Limits);
  Outbox(Broker& broker, net::Loop& home) : Outbox{broker, home, Limits{}} {}

  void send(Message);
  std::size_t waiting() const { return waiting_.size(); }
  std::uint64_t dropped() const { return dropped_; }
  /// The connection is there again: send what waits. Wired by the constructor; public for tests.
  void connected();

 private:
  void pump();
  void settle(std::vector<Message> batch, const Published& fates);
  void enforce_limits();

  Broker& broker_;
  net::Loop& home_;
  Limits limits_;
  std::deque<Message> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool under_way_ = false;
};

}  // namespace m2c2::mqtt
