// Job definitions in files: read, and checked offline (m2c2 check).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "job/parse.hpp"

namespace m2c2::app {

Result<std::string> read_job_file(const std::string& path);

/// Validates each file as the job builder would. 0 when all are right, 1 when not.
int run_check_command(const std::vector<std::string>& files);

}  // namespace m2c2::app
