// Messages that must arrive: kept until acknowledged.
// SPDX-License-Identifier: Apache-2.0
#include "mqtt/outbox.hpp"

#include <fmt/format.h>

#include "log/log.hpp"

namespace m2c2::mqtt {
namespace {

std::size_t size_of(const Message& message) { return message.topic.size() + message.payload.size(); }

}  // namespace

Outbox::Outbox(Broker& broker, net::Loop& home, Limits limits) : broker_{broker}, home_{home}, limits_{limits} {
  broker_.on_connection(home_, [this](bool connected) {
    if (connected) pump();
  });
}

void Outbox::send(Message message) {
  waiting_bytes_ += size_of(message);
  waiting_.push_back(std::move(message));
  enforce_limits();
  pump();
}

void Outbox::pump() {
  if (!in_flight_.empty()) return;
  while (!waiting_.empty() && in_flight_.size() < limits_.in_flight) {
    waiting_bytes_ -= size_of(waiting_.front());
    in_flight_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (!in_flight_.empty()) broker_.publish(in_flight_, home_, [this](const Published& fates) { settle(fates); });
}

/// What was not acknowledged goes back to the front, in its order, and waits for the next connection.
void Outbox::settle(const Published& fates) {
  bool away = false;
  for (std::size_t i = fates.size(); i-- > 0;) {
    if (!fates[i]) continue;
    if (fates[i] != MqttError::not_connected && fates[i] != MqttError::lost) {
      log::error(fmt::format("a message to {} is given up: {}", in_flight_[i].topic, fates[i].message()));
      continue;
    }
    away = true;
    waiting_bytes_ += size_of(in_flight_[i]);
    waiting_.push_front(std::move(in_flight_[i]));
  }
  in_flight_.clear();
  if (!away) pump();
  if (waiting() > 0 || dropped_in_a_row_ == 0) return;
  log::warning(fmt::format("{} answers were dropped before the broker took them", dropped_in_a_row_));
  dropped_in_a_row_ = 0;
}

void Outbox::enforce_limits() {
  while (waiting_.size() > limits_.messages || (waiting_bytes_ > limits_.bytes && waiting_.size() > 1)) {
    ++dropped_;
    if (dropped_in_a_row_++ == 0)
      log::error("more answers wait for the broker than are kept: the oldest are dropped; telemetry is not affected");
    waiting_bytes_ -= size_of(waiting_.front());
    waiting_.pop_front();
  }
}

}  // namespace m2c2::mqtt
