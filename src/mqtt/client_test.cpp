// What the client says to a broker, byte for byte, while a handler takes its time.
// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "log/log.hpp"
#include "net/event_loop.hpp"

namespace m2c2::mqtt {
namespace {

using namespace std::chrono_literals;

class Socket {
 public:
  explicit Socket(int fd) : fd_{fd} {}
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// The broker's end of a connection. A packet is short enough for a length of one byte.
class Connection {
 public:
  explicit Connection(int fd) : socket_{fd} {}

  /// Empty when none comes, or the connection has ended.
  std::string packet(Duration patience = 30s) {
    std::string read = bytes(2, patience);
    return read.size() < 2 ? "" : read + bytes(static_cast<unsigned char>(read[1]), patience);
  }
  void say(std::string_view packet) {
    ASSERT_EQ(::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL), std::ssize(packet));
  }

 private:
  std::string bytes(std::size_t size, Duration patience) {
    std::string read;
    while (read.size() < size) {
      pollfd readable{socket_.get(), POLLIN, 0};
      char byte = 0;
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(patience);
      if (::poll(&readable, 1, static_cast<int>(wait.count())) != 1 || ::recv(socket_.get(), &byte, 1, 0) != 1) break;
      read.push_back(byte);
    }
    return read;
  }

  Socket socket_;
};

class ScriptedBroker {
 public:
  ScriptedBroker() {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    EXPECT_EQ(::listen(socket_.get(), 8), 0);
  }
  std::uint16_t port() const {
    sockaddr_in here{};
    socklen_t size = sizeof here;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&here), &size), 0);
    return ntohs(here.sin_port);
  }
  /// A client that has connected and has its one subscription; passes over those that only knock.
  std::unique_ptr<Connection> client() {
    for (;;) {
      auto connection = std::make_unique<Connection>(::accept(socket_.get(), nullptr, nullptr));
      if (!connection->packet().starts_with('\x10')) continue;
      connection->say({"\x20\x02\x00\x00", 4});
      const std::string subscribe = connection->packet();
      EXPECT_TRUE(subscribe.starts_with('\x82'));
      connection->say(std::string{"\x90\x03"} + subscribe.substr(2, 2) + '\x01');
      return connection;
    }
  }

 private:
  Socket socket_{::socket(AF_INET, SOCK_STREAM, 0)};
};

TEST(Client, StaysAliveWhileAHandlerTakesItsTimeAndAcknowledgesAfterIt) {
  log::set_level(log::Level::off);
  ScriptedBroker broker;
  net::EventLoop loop;
  std::promise<void> begun, end;
  Options options;
  options.broker.port = broker.port();
  options.client_id = "x";
  options.keep_alive = 5s;
  Client client{options};
  client.subscribe("t", loop, [&](const Received&) {
    begun.set_value();
    end.get_future().wait();
  });
  std::thread thread{[&] { loop.run(); }};
  client.start();

  const auto connection = broker.client();
  connection->say({"\x32\x06\x00\x01t\x00\x07x", 8});  // PUBLISH to t, QoS 1, as 7
  begun.get_future().wait();
  EXPECT_EQ(connection->packet(), std::string("\xC0\x00", 2)) << "a PINGREQ, and no PUBACK";
  connection->say({"\xD0\x00", 2});
  end.set_value();
  EXPECT_EQ(connection->packet(), std::string("\x40\x02\x00\x07", 4)) << "the PUBACK";

  client.stop();
  loop.stop();
  thread.join();
}

}  // namespace
}  // namespace m2c2::mqtt
