// m2c2 opcda: tries an OPC DA server over its OpenOPC gateway, without a job and without a broker.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/transport.hpp"

namespace m2c2::app {

struct OpcdaCommand {
  std::string gateway;  ///< HOST or HOST:PORT
  std::string server;   ///< opcda-server-name; doctor alone does without
  std::string pattern = "*";
  std::vector<std::string> tags;
};

/// HOST:PORT, [ADDRESS]:PORT, or either without a port, which then is 7766.
Result<net::Endpoint> opcda_gateway(const std::string& text);

// The exit status of the program. All close the session that they made.
/// Goes step by step from the port to the value of a tag, and at the first that fails says what to do.
int run_opcda_doctor_command(const OpcdaCommand&);
/// Prints what a read_list of the pattern stands for, one a line; 1 when that is nothing.
int run_opcda_browse_command(const OpcdaCommand&);
/// Prints value, quality and time of each tag; 1 when one of them cannot be read.
int run_opcda_read_command(const OpcdaCommand&);

}  // namespace m2c2::app
