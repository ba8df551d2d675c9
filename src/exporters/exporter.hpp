// A destination of the stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/task.hpp"
#include "stream/record.hpp"

namespace m2c2::exporters {

enum class Fate {
  accepted,  ///< the destination has it for good
  held,      ///< taken into something larger, which is the destination's for good once settle() says so
  retry,     ///< not now: broker away, throttled
  rejected,  ///< never: the destination will not take this record
};

/// The fate of one record; `why` for the operator when it is not accepted.
struct Outcome {
  Fate fate = Fate::accepted;
  std::string why;
};

/// A record that is given up, and why.
struct Rejection {
  stream::Record record;
  std::string why;
};

/// All calls on one loop; one delivery at a time.
class Exporter {
 public:
  virtual ~Exporter() = default;
  /// "topic", "archive", …: the name of its cursor.
  virtual std::string_view name() const = 0;
  /// Which records are for it.
  virtual stream::Destination destination() const = 0;
  /// Delivers a batch; one outcome for each record, in order. The records stay until it has returned.
  virtual net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record>) = 0;
  /// When settle() is due for what is held; SteadyTime::max() while nothing is.
  virtual SteadyTime settle_due() const { return SteadyTime::max(); }
  /// Gives the destination all that is held: `accepted` when it has it for good, `retry` when it is still held. Comes
  /// between batches, so a retry of deliver() never waits for it; no batch comes before it is accepted. Also called,
  /// once and after stop(), for what is held then: that call is quick.
  virtual net::Task<Outcome> settle() { co_return Outcome{}; }
  /// Messages that it sent again of its own accord, since the start.
  virtual std::uint64_t resent() const { return 0; }
  /// Calls `back` whenever the destination was away and is there again, so that a retry need not wait for its time.
  virtual void on_back(const std::function<void()>& /*back*/) {}
  /// Ends a delivery soon, for good: what is not through then is for Fate::retry.
  virtual void stop() {}
};

}  // namespace m2c2::exporters
