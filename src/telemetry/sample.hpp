// A sample: one tag's value at one moment, already as JSON, since that is the only thing that is ever done with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace m2c2::telemetry {

/// Where in Samples::details.
struct Detail {
  std::size_t begin = 0;
  std::size_t size = 0;
};

struct Sample {
  std::size_t tag = 0;  ///< index into the job's tags, in the order of the connector's tags()
  WallTime at;          ///< when the gateway had the answer
  std::string value;    ///< JSON
  Detail detail = {};   ///< see Samples::detail()
};

/// A part of the machine that could not be read while the rest was: the tags of one command.
struct Fault {
  std::string subject;  ///< what failed, stable from poll to poll: "device_read M100 (tst_tag)"
  std::string why;      ///< "C056: …; check …"
};

/// What one iteration over all attributes gave.
struct Samples {
  std::vector<Sample> values;
  std::vector<Fault> faults;
  std::string details = {};  ///< of all samples, in one text: an allocation a sample would cost more than its reading

  /// What the machine says of the value, as the members of a JSON object: `"quality":"Good","timestamp":"…"` (OPC DA).
  /// Empty: it says nothing, and the time is `at`.
  std::string_view detail(const Sample& sample) const {
    return std::string_view{details}.substr(sample.detail.begin, sample.detail.size);
  }
};

}  // namespace m2c2::telemetry
