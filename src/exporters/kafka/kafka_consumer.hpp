// A member of a consumer group that reads one topic and commits by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "exporters/kafka/kafka_options.hpp"
#include "net/loop.hpp"
#include "net/task.hpp"

namespace m2c2::exporters {

using KafkaPartition = std::int32_t;
using KafkaOffset = std::int64_t;

struct KafkaRecord {
  KafkaPartition partition = 0;
  KafkaOffset offset = 0;
  std::string payload;
  WallTime at = {};  ///< kafka_time() of its timestamp
};

/// A timestamp in milliseconds since 1970. The first moment of 1970 where there is none, and where it is not within
/// 1970 … 9999: some producers give micro- or nanoseconds.
WallTime kafka_time(std::int64_t timestamp);

struct KafkaRebalance {
  enum class Kind {
    assigned,
    revoked,  ///< to another member, as soon as this one has settled what it holds
    lost,     ///< to another member already
  };
  Kind kind = Kind::assigned;
  std::vector<KafkaPartition> partitions;
};

/// All calls on the loop, which outlives it. It is to be polled at least each max.poll.interval.ms.
class KafkaConsumer {
 public:
  /// Joins the group in the background. `ready` is called when there is something to poll, or a commit has ended.
  static Result<std::unique_ptr<KafkaConsumer>> make(const KafkaConsumerOptions&, net::Loop&,
                                                     std::function<void()> ready);
  virtual ~KafkaConsumer() = default;

  /// The next record; none, too, while a rebalance waits.
  virtual std::optional<KafkaRecord> poll() = 0;
  /// Why this member will never read or commit again; nothing as long as it may.
  virtual const Error* fatal() const = 0;
  /// A rebalance that waits for accept(). Nothing is polled before.
  virtual const KafkaRebalance* rebalance() const = 0;
  virtual void accept() = 0;
  /// The group goes on there when the partition moves. It fails when the partition is not this member's any more.
  virtual net::Task<Result<>> commit(KafkaPartition, KafkaOffset next, Duration patience) = 0;
  virtual void pause(KafkaPartition) = 0;
  virtual void resume(KafkaPartition) = 0;
  /// Of the cluster, for ever. Blocks for a while when no broker has told it yet.
  virtual Result<std::string> cluster_id() = 0;
  /// Leaves the group, so that others take over at once.
  virtual void close() = 0;
};

}  // namespace m2c2::exporters
