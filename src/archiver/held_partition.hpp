// One partition of a topic while this member has it: the object that its records fill.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "exporters/archive/archive_exporter.hpp"
#include "exporters/kafka/kafka_consumer.hpp"

namespace m2c2::archiver {

/// Where the records of a partition come from: the same for ever, whoever reads them.
exporters::ObjectOrigin origin_of(const exporters::KafkaConsumerOptions&, std::string_view cluster_id,
                                  exporters::KafkaPartition);
/// A message a line: outside of its strings JSON has line ends only between its tokens.
std::string one_line(std::string json);

class HeldPartition {
 public:
  /// The sink is that of all partitions, and outlives them as the clock does.
  HeldPartition(exporters::KafkaPartition number, exporters::ObjectSink& sink, const Clock& clock,
                exporters::ArchiveOptions options);

  exporters::KafkaPartition number() const { return number_; }
  /// Into the object; once it is held up, it waits for the next.
  net::Task<> take(exporters::KafkaRecord);
  /// Of the object's first record and behind its last one; nothing while there is none.
  std::optional<exporters::KafkaOffset> first() const { return first_; }
  exporters::KafkaOffset next() const { return next_; }
  std::uint64_t records() const { return records_; }
  SteadyTime due() const { return retry_at_ ? *retry_at_ : exporter_.settle_due(); }
  bool held_up() const { return retry_at_.has_value(); }

  /// The object to its sink.
  net::Task<Result<>> write();
  /// It is written and committed: the next one begins with what waits.
  net::Task<> settled();
  /// It takes nothing more until it is settled, which is to be tried then.
  void hold_up(SteadyTime retry_at) { retry_at_ = retry_at; }

 private:
  exporters::KafkaPartition number_;
  exporters::ArchiveExporter exporter_;
  bool written_ = false;
  std::optional<exporters::KafkaOffset> first_;
  exporters::KafkaOffset next_ = 0;
  std::uint64_t records_ = 0;
  std::optional<SteadyTime> retry_at_;
  std::deque<exporters::KafkaRecord> waiting_;  ///< few: a partition that is held up is paused
};

}  // namespace m2c2::archiver
