// The broker connection by libmosquitto, on a thread of its own: its connecting may block, polling must not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mqtt/broker.hpp"
#include "net/transport.hpp"

namespace m2c2::mqtt {

struct Options {
  net::Endpoint broker{"127.0.0.1", 1883};
  bool tls = false;
  std::string ca_file;    ///< empty with tls: the system's certificates
  std::string cert_file;  ///< X.509 certificate and key of this client; empty: none
  std::string key_file;
  std::string username;
  std::string password;
  std::string client_id;        ///< unique on the broker
  std::string twin;             ///< who else may have that client_id, for the operator: "another gateway of …"
  bool clean_session = true;    ///< false: the broker keeps what comes while we are away
  std::optional<Message> will;  ///< published by the broker when we vanish
  std::chrono::seconds keep_alive{30};
};

/// Never uses the library's own queue: what cannot be sent now fails now, and the caller, who kept it, decides.
/// Outlives the runs of the loops that its callbacks run on.
class Client final : public Broker {
 public:
  explicit Client(Options);
  ~Client() override;

  void publish(std::vector<Message> batch, net::Loop& home, std::function<void(Published)> done) override;
  void subscribe(std::string filter, net::Loop& home, std::function<void(Received)> on_message) override;
  void on_connection(net::Loop& home, std::function<void(bool connected)> changed) override;

  /// Connects, and reconnects for ever with capped back-off.
  void start();
  /// Waits a little for what is under way, then says goodbye: the will is not published. Without `goodbye` it is. No
  /// callback is posted afterwards. Called once, before the loops that callbacks run on end.
  void stop(bool goodbye = true);
  /// Whether the connection stands now, subscriptions made. Safe from any thread.
  bool connected() const;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace m2c2::mqtt
