// m2c2 watch: every info, error and telemetry message, readably, as it comes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/console_io.hpp"

namespace m2c2::app {

struct WatchCommand {
  BrokerChoice broker;
  std::chrono::seconds limit{0};    ///< 0: until Ctrl-C
  std::vector<std::string> expect;  ///< job files: telemetry of every one of their tags must come
};

/// With `expect`: 0 once telemetry of every tag came (when there is a limit, watching goes on until then), else 1.
int run_watch_command(const WatchCommand&);

}  // namespace m2c2::app
