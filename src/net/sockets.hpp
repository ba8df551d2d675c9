// The transports over sockets, for the other files of this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <vector>

#include "net/transport.hpp"
#include "net/watchdog.hpp"

namespace m2c2::net {

namespace asio = boost::asio;

/// A name being looked up. The system cannot be told to stop, so whoever waits for it can.
struct Lookup {
  explicit Lookup(asio::io_context& io) : resolver{io}, over{io} {}
  asio::ip::tcp::resolver resolver;
  asio::steady_timer over;  ///< cancelled when the answer is there, or nobody wants it any more
  std::optional<boost::system::error_code> error;
  std::vector<asio::ip::address> found;
};

class TcpTransport final : public Transport {
 public:
  TcpTransport(asio::io_context& io, Endpoint peer) : io_{io}, peer_{std::move(peer)}, socket_{io} {}
  /// One that a server accepted.
  TcpTransport(asio::io_context& io, asio::ip::tcp::socket accepted) : io_{io}, socket_{std::move(accepted)} {
    configure();
  }

  Task<Result<>> open(SteadyTime deadline) override;
  Task<Result<>> send(ByteView, SteadyTime deadline) override;
  Task<Result<std::size_t>> receive(std::span<std::byte> into, SteadyTime deadline) override;
  void close() override;
  bool is_open() const override { return socket_.is_open(); }

 private:
  void configure();

  asio::io_context& io_;
  Endpoint peer_;
  asio::ip::tcp::socket socket_;
  std::shared_ptr<Lookup> lookup_;  // while open() waits for it
  Watchdog watchdog_{io_, [this] { close(); }};
};

class UdpTransport final : public Transport {
 public:
  UdpTransport(asio::io_context& io, Endpoint peer) : io_{io}, peer_{std::move(peer)}, socket_{io} {}

  Task<Result<>> open(SteadyTime deadline) override;
  Task<Result<>> send(ByteView, SteadyTime deadline) override;
  Task<Result<std::size_t>> receive(std::span<std::byte> into, SteadyTime deadline) override;
  void close() override;
  bool is_open() const override { return socket_.is_open(); }

 private:
  asio::io_context& io_;
  Endpoint peer_;
  asio::ip::udp::socket socket_;
  std::shared_ptr<Lookup> lookup_;  // while open() waits for it
  // A lost datagram does not end the socket: only the wait is cut short.
  Watchdog watchdog_{io_, [this] {
                       boost::system::error_code ignored;
                       socket_.cancel(ignored);
                     }};
};

}  // namespace m2c2::net
