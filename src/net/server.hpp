// Servers on TCP and UDP, for the simulators and for tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "net/transport.hpp"

namespace m2c2::net {

/// Listens until destroyed.
class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;  ///< the one the system chose when asked for port 0
};

/// An accepted TCP connection is a Transport that is open already.
using OnAccept = std::function<void(std::unique_ptr<Transport>)>;
Result<std::unique_ptr<Server>> listen_tcp(EventLoop&, const Endpoint&, OnAccept);

/// For each datagram: `reply` sends one datagram back to its sender, now or later, and is dead once the server is.
using Reply = std::function<void(ByteView)>;
using OnDatagram = std::function<void(ByteView, Reply)>;
Result<std::unique_ptr<Server>> listen_udp(EventLoop&, const Endpoint&, OnDatagram);

}  // namespace m2c2::net
