// The OPC DA part of a job.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace m2c2::job {

enum class OpcdaFunction { read_list, read_tags };

struct OpcdaAttribute {
  OpcdaFunction function = OpcdaFunction::read_tags;
  std::vector<std::string> addresses;  ///< tags, or patterns for read_list
};

/// How the gateway reads: it waits for the answer itself, or for a callback of the OPC DA server.
enum class OpcdaReadMode { sync, async };

struct OpcdaJob {
  std::string host;    ///< machine-ip, of the OpenOPC gateway
  std::string server;  ///< opcda-server-name
  std::vector<OpcdaAttribute> attributes;
  std::uint16_t port = 7766;                      ///< port-number
  OpcdaReadMode read_mode = OpcdaReadMode::sync;  ///< opcda-read-mode
};

}  // namespace m2c2::job
