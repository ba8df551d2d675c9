// The archiver: what a Kafka topic holds, as gzip objects of newline-delimited JSON, exactly once, by as many members
// of a consumer group as there are partitions. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "archiver/bounded_sink.hpp"
#include "archiver/held_partition.hpp"
#include "exporters/kafka/kafka_consumer.hpp"
#include "exporters/kafka/told_reasons.hpp"
#include "net/loop.hpp"

namespace m2c2::archiver {

struct ArchiverOptions {
  exporters::KafkaConsumerOptions kafka;
  Duration flush_interval = std::chrono::seconds{300};    ///< from an object's first record to its end
  std::size_t flush_size = std::size_t{5} * 1024 * 1024;  ///< of text not yet compressed, that ends an object
  Duration patience = std::chrono::seconds{10};           ///< with a commit; at most a third of the session timeout
  Duration back_off = std::chrono::seconds{2};            ///< before an object that could not be settled is tried again
};

struct ArchiverStats {
  std::uint64_t records = 0;  ///< in the archive, and committed
  std::uint64_t objects = 0;
  std::uint64_t held = 0;      ///< records in objects that are not complete
  std::uint64_t failures = 0;  ///< objects that could not be settled and are tried again
  std::uint64_t empty = 0;     ///< records without a value, which have no line
};

/// Exactly once: an object is named after the cluster, the topic, the group, the partition and the offset of its first
/// record, and that offset is committed before the object is written; the offset behind its last one before the next
/// object of the partition is. So wherever a member dies, whoever has the partition next begins with the same first
/// record, and its object takes the place of the one before. A member that has lost a partition unawares, since it
/// stood still, fails in the first of these commits and writes nothing.
class Archiver {
 public:
  /// One sink for all partitions, since one object is written at a time. The loop outlives the archiver.
  static Result<std::unique_ptr<Archiver>> make(ArchiverOptions, MakeSink, net::Loop&);

  /// Fills objects until stop(); then writes what it holds, commits, and leaves the group. An error when it cannot
  /// begin, or never go on; then Kafka keeps what it holds.
  net::Task<Result<>> run();
  void stop();
  ArchiverStats stats() const;

 private:
  using Partition = exporters::KafkaPartition;

  Archiver(ArchiverOptions options, MakeSink make_sink, net::Loop& loop, Duration most_write)
      : options_{std::move(options)},
        sink_{std::move(make_sink), loop, most_write},
        loop_{loop},
        wake_{loop},
        turn_{loop} {}

  net::Task<Result<>> rebalance();
  Result<> begin(Partition);
  net::Task<> let_others_in();
  net::Task<bool> give_up(Partition, bool settles);
  net::Task<> settle_due();
  void hold_due();
  net::Task<Result<>> settle(HeldPartition&);
  net::Task<> settle_all();
  net::Task<> take(exporters::KafkaRecord);
  void note(HeldPartition&, const Result<>& settled);
  SteadyTime next_due() const;

  ArchiverOptions options_;
  BoundedSink sink_;
  net::Loop& loop_;
  net::Event wake_;
  net::Event turn_;
  std::unique_ptr<exporters::KafkaConsumer> consumer_;
  std::map<Partition, std::unique_ptr<HeldPartition>> partitions_;
  ArchiverStats stats_;
  SteadyTime not_before_ = SteadyTime::min();  ///< nothing is tried: the last one failed
  exporters::ToldReasons told_;                ///< of failures
  bool stopping_ = false;
};

}  // namespace m2c2::archiver
