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
  const auto session = exporters::session_timeout(options.kafka);
  if (!session) return std::unexpected{session.error()};
  const Duration third = *session / 3;
  options.patience = std::min(options.patience, third);
  std::unique_ptr<Archiver> made{new Archiver{std::move(options), std::move(make_sink), loop, third}};
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
  int in_a_row = 0;  // records, since others had their turn
  while (!stopping_) {
    if (const Error* const fatal = consumer_->fatal()) co_return std::unexpected{*fatal};
    co_await settle_due();
    std::optional<exporters::KafkaRecord> record;
    if (consumer_->rebalance()) {
      if (auto done = co_await rebalance(); !done) co_return done;
    } else if (record = consumer_->poll(); record) {
      co_await take(std::move(*record));
      if (++in_a_row < kRecordsInARow) continue;
      co_await let_others_in();
      in_a_row = 0;
    } else if (!consumer_->rebalance()) {
      co_await wake_.wait_until(std::min(next_due(), loop_.steady() + kPollInterval));
      in_a_row = 0;
    }
  }
  co_await settle_all();
  consumer_->close();
  co_return Result<>{};
}

/// A signal, above all, while records keep coming.
net::Task<> Archiver::let_others_in() {
  loop_.post([this] { turn_.set(); });
  co_await turn_.wait();
}

/// Once one cannot be settled, no time is lost on the others.
net::Task<Result<>> Archiver::rebalance() {
  const auto change = *consumer_->rebalance();
  bool settles = change.kind == Kind::revoked;
  for (const Partition partition : change.partitions) {
    if (change.kind != Kind::assigned) settles = co_await give_up(partition, settles);
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
  partitions_[partition] = std::make_unique<HeldPartition>(partition, sink_, loop_, std::move(archive));
  return {};
}

/// What is not settled now is for the next owner, who begins with the first record of it. False when it could not be.
net::Task<bool> Archiver::give_up(Partition partition, bool settles) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) co_return settles;
  if (settles && found->second->first()) {
    const auto settled = co_await settle(*found->second);
    note(*found->second, settled);
    settles = settled.has_value();
  }
  if (found->second->held_up()) consumer_->resume(partition);
  partitions_.erase(found);
  co_return settles;
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
  return std::max(due, not_before_);
}

/// One of them, the one that has waited longest: it may take as long as its destination does, and a signal or a
/// rebalance has its turn before the next. After a failure, which is likely to be theirs too, all that are due wait.
net::Task<> Archiver::settle_due() {
  const auto longest_due = [](const auto& each) { return each.second->due(); };
  const auto first = std::ranges::min_element(partitions_, {}, longest_due);
  if (first == partitions_.end() || first->second->due() > loop_.steady()) co_return;
  if (loop_.steady() < not_before_) co_return hold_due();
  const auto settled = co_await settle(*first->second);
  note(*first->second, settled);
  if (!settled) not_before_ = loop_.steady() + options_.back_off;
}

/// They take no more than they have, and keep their places in the line.
void Archiver::hold_due() {
  for (const auto& [number, partition] : partitions_) {
    if (partition->held_up() || partition->due() > loop_.steady()) continue;
    consumer_->pause(number);
    partition->hold_up(partition->due());
  }
}

/// Once one cannot be settled, or could not just now, no time is lost on the others.
net::Task<> Archiver::settle_all() {
  if (loop_.steady() < not_before_) co_return;
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
    if (!partition.held_up()) consumer_->pause(partition.number());
    ++stats_.failures;
    partition.hold_up(loop_.steady() + options_.back_off);
    co_return done;
  }
  stats_.records += partition.records();
  ++stats_.objects;
  if (partition.held_up()) consumer_->resume(partition.number());
  co_await partition.settled();
  co_return done;
}

void Archiver::note(HeldPartition& partition, const Result<>& settled) {
  if (settled) {
    if (told_.clear()) log::info("the archive is written again");
  } else if (const std::string& why = settled.error().text; told_.is_news(loop_.steady(), why)) {
    log::warning(fmt::format("partition {}: {}; its records wait in Kafka", partition.number(), why));
  }
}

}  // namespace m2c2::archiver
