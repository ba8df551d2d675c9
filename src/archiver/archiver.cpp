// Polls, fills objects, settles them: commit of the first offset, object, commit of the next.
// SPDX-License-Identifier: Apache-2.0
#include "archiver/archiver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/log.hpp"

namespace m2c2::archiver {
namespace {

using Kind = exporters::KafkaRebalance::Kind;

/// librdkafka wants to be polled, and a group learns from it that its member lives.
constexpr Duration kPollInterval = std::chrono::seconds{1};
constexpr int kRecordsInARow = 200;

}  // namespace

Result<std::unique_ptr<Archiver>> Archiver::make(ArchiverOptions options, MakeSink make_sink, net::Loop& loop) {
  std::unique_ptr<Archiver> made{new Archiver{std::move(options), std::move(make_sink), loop}};
  auto consumer =
      exporters::KafkaConsumer::make(made->options_.kafka, loop, [self = made.get()] { self->wake_.set(); });
  if (!consumer) return std::unexpected{consumer.error()};
  made->consumer_ = std::move(*consumer);
  return made;
}

void Archiver::stop() {
  stopping_ = true;
  wake_.set();
}

ArchiverStats Archiver::stats() const {
  ArchiverStats stats = stats_;
  for (const auto& [number, partition] : partitions_) stats.held += partition->records();
  return stats;
}

net::Task<Result<>> Archiver::run() {
  for (int in_a_row = 0; !stopping_;) {
    co_await settle_due();
    std::optional<exporters::KafkaRecord> record;
    if (consumer_->rebalance()) {
      if (auto done = co_await rebalance(); !done) co_return done;
    } else if (record = consumer_->poll(); record) {
      co_await take(std::move(*record));
      if (++in_a_row % kRecordsInARow == 0) co_await wake_.wait_until(loop_.steady());
    } else if (!consumer_->rebalance()) {
      co_await wake_.wait_until(std::min(next_due(), loop_.steady() + kPollInterval));
    }
  }
  co_await settle_all();
  consumer_->close();
  co_return Result<>{};
}

net::Task<Result<>> Archiver::rebalance() {
  const auto change = *consumer_->rebalance();
  for (const Partition partition : change.partitions) {
    if (change.kind != Kind::assigned) co_await give_up(partition, change.kind == Kind::lost);
    else if (auto begun = begin(partition); !begun) co_return begun;
  }
  log::info(fmt::format("{} partition{} of {} {}; this member has {}", change.partitions.size(),
                        change.partitions.size() == 1 ? "" : "s", options_.kafka.topic,
                        change.kind == Kind::assigned  ? "assigned"
                        : change.kind == Kind::revoked ? "given up"
                                                       : "lost to other members",
                        partitions_.size()));
  consumer_->accept();
  co_return Result<>{};
}

Result<> Archiver::begin(Partition partition) {
  const auto cluster = consumer_->cluster_id();
  if (!cluster) return std::unexpected{cluster.error()};
  exporters::ArchiveOptions archive{.origin = origin_of(options_.kafka, *cluster, partition),
                                    .flush_interval = options_.flush_interval,
                                    .flush_size = options_.flush_size};
  partitions_[partition] = std::make_unique<HeldPartition>(partition, make_sink_(), loop_, std::move(archive));
  return {};
}

/// What cannot be settled now is for the next owner, who begins with the first record of it.
net::Task<> Archiver::give_up(Partition partition, bool lost) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) co_return;
  if (!lost && found->second->first()) note(*found->second, co_await settle(*found->second));
  if (found->second->failing()) consumer_->resume(partition);
  partitions_.erase(partition);
}

net::Task<> Archiver::take(exporters::KafkaRecord record) {
  const auto found = partitions_.find(record.partition);
  if (found == partitions_.end()) co_return;
  if (record.payload.empty()) ++stats_.empty;
  else co_await found->second->take(std::move(record));
}

SteadyTime Archiver::next_due() const {
  SteadyTime due = SteadyTime::max();
  for (const auto& [number, partition] : partitions_) due = std::min(due, partition->due());
  return due;
}

net::Task<> Archiver::settle_due() {
  for (const auto& [number, partition] : partitions_)
    if (partition->due() <= loop_.steady()) note(*partition, co_await settle(*partition));
}

/// Once one cannot be settled, no time is lost on the others.
net::Task<> Archiver::settle_all() {
  for (const auto& [number, partition] : partitions_) {
    if (!partition->first()) continue;
    const auto settled = co_await settle(*partition);
    note(*partition, settled);
    if (!settled) co_return;
  }
}

net::Task<Result<>> Archiver::settle(HeldPartition& partition) {
  auto done = co_await consumer_->commit(partition.number(), *partition.first(), options_.patience);
  if (done) done = co_await partition.write();
  if (done) done = co_await consumer_->commit(partition.number(), partition.next(), options_.patience);
  if (!done) {
    if (!partition.failing()) consumer_->pause(partition.number());
    ++stats_.failures;
    partition.failed(loop_.steady() + options_.back_off);
    co_return done;
  }
  stats_.records += partition.records();
  ++stats_.objects;
  if (partition.failing()) consumer_->resume(partition.number());
  co_await partition.settled();
  co_return done;
}

void Archiver::note(HeldPartition& partition, const Result<>& settled) {
  if (settled) {
    if (!std::exchange(told_, {}).empty()) log::info("the archive is written again");
  } else if (told_ != settled.error().text) {
    told_ = settled.error().text;
    log::warning(fmt::format("partition {}: {}; its records wait in Kafka", partition.number(), told_));
  }
}

}  // namespace m2c2::archiver
