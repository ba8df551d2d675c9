// The one seam for machines: one machine, one job.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/task.hpp"
#include "telemetry/sample.hpp"

namespace m2c2::machines {

/// The answer to a push: the guide's text, and what is to be said beyond it.
struct Probed {
  std::string text;
  std::string reason = {};
};

class Connector {
 public:
  virtual ~Connector() = default;
  /// Names of the tags that read() may give, in the order of Sample::tag. open() and read() may append to them.
  virtual const std::vector<std::string>& tags() const = 0;
  /// Connects; after an error it may be called again.
  virtual net::Task<Result<>> open() = 0;
  /// One iteration over all attributes. An error means the machine is lost: close() and open() again.
  virtual net::Task<Result<telemetry::Samples>> read() = 0;
  /// The push control, on a connector of its own, which says goodbye afterwards.
  virtual net::Task<Result<Probed>> probe() = 0;
  /// How long probe() may take to say by itself why the machine does not answer.
  virtual Duration patience() const { return {}; }
  /// Ends at once whatever is waiting.
  virtual void close() = 0;
  /// Says goodbye to a machine that keeps something for this connector: once, at the end, after close() too. Takes a
  /// second at most, and a few tenths when the machine does not answer.
  virtual net::Task<> leave() { co_return; }
};

}  // namespace m2c2::machines
