// Job definitions in files: read, and checked offline (m2c2 check).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "job/parse.hpp"

namespace m2c2::app {

/// Its text, without a byte order mark.
Result<std::string> read_job_file(const std::string& path);

/// On stderr, a line each; they are no failure.
void tell_notes(const std::string& file, const std::vector<std::string>& notes);

/// Validates each file as the job builder would. 0 when all are right, 1 when not.
int run_check_command(const std::vector<std::string>& files);

}  // namespace m2c2::app
