// A destination of the stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/task.hpp"
#include "stream/record.hpp"

namespace m2c2::exporters {

enum class Fate {
  accepted,  ///< the destination has it for good
  retry,     ///< not now: broker away, throttled
  rejected,  ///< never: the destination will not take this record
};

/// The fate of one record; `why` for the operator when it is not accepted.
struct Outcome {
  Fate fate = Fate::accepted;
  std::string why;
};

class Exporter {
 public:
  virtual ~Exporter() = default;
  /// "topic", "archive", …: the name of its cursor.
  virtual std::string_view name() const = 0;
  /// Whether this record is for this destination at all.
  virtual bool wants(const stream::Record&) const = 0;
  /// Delivers a batch; one outcome for each record, in order.
  virtual net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record>) = 0;
};

}  // namespace m2c2::exporters
