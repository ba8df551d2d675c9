// The simulator's command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "net/transport.hpp"
#include "sims/plc/server.hpp"
#include "sims/plc/station.hpp"

namespace m2c2::sim {

struct Options {
  const Family* family = nullptr;
  std::vector<net::Endpoint> listen;
  Carriers carriers;
  PortSetting port;
  std::vector<std::string> signals;
  std::vector<std::string> values;
  std::vector<std::string> faults;
  bool interactive = false;
  bool stats = false;
};

/// The options, or the exit status when help or an error was printed instead.
std::expected<Options, int> read_options(int argc, const char* const* argv);

/// "127.0.0.1:5007", "[::1]:5007"; port 0: the system chooses.
Parsed<net::Endpoint> parse_endpoint(std::string_view text);

}  // namespace m2c2::sim
