// Typical tags of a job: what one reading of each looks like, where only the machine knows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cost/traffic.hpp"

namespace m2c2::cost {

struct TypicalTag {
  std::string name;
  std::string value;         ///< JSON
  std::string detail = {};   ///< see telemetry::Samples
  std::size_t alike = 1;     ///< so many such tags
  std::size_t readings = 1;  ///< entries that one iteration makes
  bool is_guessed = false;   ///< how many there are
};

std::vector<TypicalTag> typical_tags(const job::Definition&, const Assumptions&);

}  // namespace m2c2::cost
