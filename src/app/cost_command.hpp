// m2c2 cost: what a set of jobs would cost a month, before anybody deploys them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace m2c2::app {

struct CostCommand {
  std::vector<std::string> files;  ///< deploy or update requests
  std::size_t copies = 1;          ///< of each job
  std::string prices_file;         ///< empty: the prices compiled in
  std::string config_file;         ///< empty: AWS IoT Core, and either an archive in S3 or Kinesis
  std::vector<std::string> tags;   ///< "PATTERN=N"
  std::optional<std::size_t> value_bytes;
  double gzip_ratio = 5;
  std::string to;  ///< "topic", "stream" or "both"; empty: as each job says
  bool json = false;
  bool print_prices = false;
};

/// The exit status of the program.
int run_cost_command(const CostCommand&);

}  // namespace m2c2::app
