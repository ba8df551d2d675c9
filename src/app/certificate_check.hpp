// Looks at the files of certificates before anything connects: a broker that refuses says nothing of a reason.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/time.hpp"

namespace m2c2::app {

/// What would keep [broker] and [aws] from connecting with their cert-file, key-file and ca-file at this time, and what
/// soon will: a line each, with the table, the key, the file and the remedy.
std::vector<std::string> faults_of_certificates(const Config&, WallTime now);

}  // namespace m2c2::app
