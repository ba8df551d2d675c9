// The broker as the rest of the program sees it: publish, subscribe, and know whether it is there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace m2c2::mqtt {

struct Message {
  std::string topic;
  std::string payload;
  bool retain = false;
};

struct Received {
  std::string topic;
  std::string payload;
  bool retained = false;  ///< stood on the broker before we subscribed
  bool duplicate =
      false;  ///< may have come before: part of the backlog that a persistent session hands over at a connect
};

enum class MqttError {
  not_connected = 1,  ///< nothing was sent
  lost,               ///< sent, and the connection broke before the acknowledgement: it may or may not have arrived
  too_large,          ///< no broker takes it: over the protocol's 256 MiB, or the broker's own limit
  refused,            ///< the library will not send it, e.g. a wildcard in the topic
};
const char* error_family_name(MqttError);
std::string error_text(MqttError);
std::error_code make_error_code(MqttError);

/// The fate of each message of a batch, in its order; no error: acknowledged by the broker.
using Published = std::vector<std::error_code>;

/// One connection to a broker, QoS 1 throughout. It reconnects by itself, for ever.
class Broker {
 public:
  virtual ~Broker() = default;
  /// Sends now or never: nothing is kept for later. `done` runs on `home` once every message has its fate.
  /// Safe from any thread; the caller bounds how much is under way.
  virtual void publish(std::vector<Message> batch, net::Loop& home, std::function<void(Published)> done) = 0;
  /// Subscribes now and after every reconnect. `on_message` runs on `home`; a message is acknowledged to the broker
  /// once it has returned, so that one whose handler was killed comes again. `$share/<group>/<filter>` shares them with
  /// the other clients of that group. Call before start().
  virtual void subscribe(std::string filter, net::Loop& home, std::function<void(Received)> on_message) = 0;
  /// Runs on `home` each time the connection is there, subscriptions made, or lost. Call before start().
  virtual void on_connection(net::Loop& home, std::function<void(bool connected)> changed) = 0;
};

}  // namespace m2c2::mqtt

template <>
struct std::is_error_code_enum<m2c2::mqtt::MqttError> : std::true_type {};
