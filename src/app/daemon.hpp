// m2c2 up, gateway and builder: run roles until told to stop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace m2c2::app {

struct Roles {
  bool gateway = false;
  bool builder = false;
  bool own_broker = false;  ///< where the configuration names none, start one
};

struct DaemonCommand {
  std::string config_file;
  Roles roles;
};

/// 0 after SIGINT or SIGTERM, 1 when it cannot start.
int run_daemon(const DaemonCommand&);

}  // namespace m2c2::app
