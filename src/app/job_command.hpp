// m2c2 job: the operator's command line. Publishes a request and waits for its answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/console_io.hpp"
#include "job/document.hpp"

namespace m2c2::app {

struct JobCommand {
  BrokerChoice broker;
  job::Control control = job::Control::deploy;
  std::string file;                ///< deploy, update
  std::vector<std::string> names;  ///< start, stop, push, pull
  std::string version;             ///< start, stop, push; empty: not given
  std::chrono::seconds patience{30};
};

/// 0: every job answered with success; 1: refused or failed; 2: no answer in time.
int run_job_command(const JobCommand&);

}  // namespace m2c2::app
