// The OPC DA part of a job.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace m2c2::job {

enum class OpcdaFunction { read_list, read_tags };

struct OpcdaAttribute {
  OpcdaFunction function = OpcdaFunction::read_tags;
  std::vector<std::string> addresses;  ///< tags, or patterns for read_list
};

struct OpcdaJob {
  std::string host;    ///< machine-ip
  std::string server;  ///< opcda-server-name
  std::vector<OpcdaAttribute> attributes;
};

}  // namespace m2c2::job
