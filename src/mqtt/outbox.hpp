// Messages that must arrive though the broker may be away: answers, wanted states, status.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "mqtt/broker.hpp"

namespace m2c2::mqtt {

/// Sends in order, at least once, keeping what is not yet acknowledged in a bounded memory: when full, the oldest is
/// dropped, counted and logged. All calls on one loop.
class Outbox {
 public:
  struct Limits {
    std::size_t messages = 20'000;
    std::size_t bytes = 64 * 1024 * 1024;
    std::size_t in_flight = 50;  ///< handed to the broker at once
  };

  Outbox(Broker&, net::Loop& home, Limits);
  Outbox(Broker& broker, net::Loop& home) : Outbox{broker, home, Limits{}} {}

  void send(Message);
  /// Not yet acknowledged.
  std::size_t waiting() const { return waiting_.size() + in_flight_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  void pump();
  void settle(const Published& fates);
  void enforce_limits();

  Broker& broker_;
  net::Loop& home_;
  Limits limits_;
  std::deque<Message> waiting_;
  std::vector<Message> in_flight_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_in_a_row_ = 0;  ///< since it was last empty
};

}  // namespace m2c2::mqtt
