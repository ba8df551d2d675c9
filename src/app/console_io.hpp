// What the one-shot commands share: a connection to the broker and a loop to wait on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "mqtt/client.hpp"
#include "net/loop.hpp"

namespace m2c2::app {

/// Where the one-shot commands find the broker: --broker, else the configuration, else loopback.
struct BrokerChoice {
  std::string config_file;
  std::string url;
};

/// Ends a command that never reached the broker.
int tell_no_broker();

/// A client of its own for one command, on the calling thread.
class ConsoleClient {
 public:
  using OnMessage = std::function<void(const mqtt::Received&)>;

  /// Subscribes to `filters`; `on_ready` once when connected.
  static Result<std::unique_ptr<ConsoleClient>> open(const BrokerChoice&, const std::vector<std::string>& filters,
                                                     OnMessage on_message, std::function<void()> on_ready);

  void publish(mqtt::Message message, std::function<void(std::error_code)> done);
  /// Runs until finish() or, when `limit` is not zero, until then; false when the limit came first.
  bool run(std::chrono::milliseconds limit);
  void finish();

 private:
  explicit ConsoleClient(mqtt::Options options) : client_{std::move(options)} {}

  net::EventLoop loop_;
  bool ready_ = false;
  bool finished_ = false;
  mqtt::Client client_;
};

}  // namespace m2c2::app
