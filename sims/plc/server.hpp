// A station on the network: its ports over TCP and UDP.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "net/server.hpp"
#include "sims/plc/station.hpp"

namespace m2c2::sim {

struct Carriers {
  bool tcp = true;
  bool udp = true;
};

/// Listens until destroyed. Outlived by the station and the loop.
class Port {
 public:
  virtual ~Port() = default;
  virtual net::Endpoint endpoint() const = 0;  ///< with the number the system chose when asked for port 0
};

/// TCP and UDP are on the same number. The station has been on since `start`.
Result<std::unique_ptr<Port>> open_port(net::EventLoop&, Station&, const net::Endpoint&, Carriers, SteadyTime start);

}  // namespace m2c2::sim
