// The transports over sockets, for the other files of this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include "net/name_lookup.hpp"
#include "net/transport.hpp"
#include "net/watchdog.hpp"

namespace m2c2::net {

namespace asio = boost::asio;

class TcpTransport final : public Transport {
 public:
  TcpTransport(asio::io_context& io, NameLookup& names, Endpoint peer)
      : io_{io}, names_{names}, peer_{std::move(peer)}, socket_{io} {}
  /// One that a server accepted.
  TcpTransport(asio::io_context& io, NameLookup& names, asio::ip::tcp::socket accepted)
      : io_{io}, names_{names}, socket_{std::move(accepted)} {
    configure();
  }

  Task<Result<>> open(SteadyTime deadline) override;
  Task<Result<>> send(ByteView, SteadyTime deadline) override;
  Task<Result<std::size_t>> receive(std::span<std::byte> into, SteadyTime deadline) override;
  void close() override;
  bool is_open() const override { return socket_.is_open(); }

 private:
  Task<Result<>> connect(asio::ip::address, SteadyTime deadline);
  void configure();
  void close_socket();

  asio::io_context& io_;
  NameLookup& names_;
  Endpoint peer_;
  asio::ip::tcp::socket socket_;
  std::shared_ptr<NameWait> lookup_;  // while open() waits for it
  bool closed_ = false;               // by close(), since open() began
  Watchdog watchdog_{io_, [this] { close_socket(); }};
};

class UdpTransport final : public Transport {
 public:
  UdpTransport(asio::io_context& io, NameLookup& names, Endpoint peer)
      : io_{io}, names_{names}, peer_{std::move(peer)}, socket_{io} {}

  Task<Result<>> open(SteadyTime deadline) override;
  Task<Result<>> send(ByteView, SteadyTime deadline) override;
  Task<Result<std::size_t>> receive(std::span<std::byte> into, SteadyTime deadline) override;
  void close() override;
  bool is_open() const override { return socket_.is_open(); }

 private:
  void put_in_turn(Addresses&) const;
  boost::system::error_code connect(const asio::ip::address&);

  asio::io_context& io_;
  NameLookup& names_;
  Endpoint peer_;
  asio::ip::udp::socket socket_;
  std::shared_ptr<NameWait> lookup_;  // while open() waits for it
  asio::ip::address last_;            // that open() took
  bool answered_ = false;             // by that address, since open()
  // A lost datagram does not end the socket: only the wait is cut short.
  Watchdog watchdog_{io_, [this] {
                       boost::system::error_code ignored;
                       socket_.cancel(ignored);
                     }};
};

}  // namespace m2c2::net
