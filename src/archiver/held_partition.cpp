// Kafka's records into the archive's objects.
// SPDX-License-Identifier: Apache-2.0
#include "archiver/held_partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace m2c2::archiver {
namespace {

class LentSink final : public exporters::ObjectSink {
 public:
  explicit LentSink(exporters::ObjectSink& sink) : sink_{sink} {}
  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override { return sink_.put(key, bytes); }

 private:
  exporters::ObjectSink& sink_;
};

}  // namespace

HeldPartition::HeldPartition(exporters::KafkaPartition number, exporters::ObjectSink& sink, const Clock& clock,
                             exporters::ArchiveOptions options)
    : number_{number}, exporter_{std::make_unique<LentSink>(sink), clock, std::move(options)} {}

exporters::ObjectOrigin origin_of(const exporters::KafkaConsumerOptions& kafka, std::string_view cluster_id,
                                  exporters::KafkaPartition partition) {
  return {.exporter = kafka.group,
          .stream_name = kafka.topic,
          .stream_id = fmt::format("kafka\n{}\n{}\n{}", cluster_id, kafka.topic, partition)};
}

std::string one_line(std::string json) {
  std::ranges::replace(json, '\n', ' ');
  return json;
}

net::Task<> HeldPartition::take(exporters::KafkaRecord record) {
  if (held_up() || written_) {
    waiting_.push_back(std::move(record));
    co_return;
  }
  const stream::Record line{.id = {},
                            .topic = {},
                            .payload = one_line(std::move(record.payload)),
                            .partition_key = {},
                            .to_topic = false,
                            .to_stream = true,
                            .at = record.at,
                            .number = static_cast<std::uint64_t>(record.offset)};
  co_await exporter_.deliver({&line, 1});
  if (!first_) first_ = record.offset;
  next_ = record.offset + 1;
  ++records_;
}

net::Task<Result<>> HeldPartition::write() {
  if (written_) co_return Result<>{};
  exporters::Outcome outcome = co_await exporter_.settle();
  if (outcome.fate != exporters::Fate::accepted)
    co_return fail(std::make_error_code(std::errc::io_error), std::move(outcome.why));
  written_ = true;
  co_return Result<>{};
}

net::Task<> HeldPartition::settled() {
  written_ = false;
  first_.reset();
  records_ = 0;
  retry_at_.reset();
  for (auto& record : std::exchange(waiting_, {})) co_await take(std::move(record));
}

}  // namespace m2c2::archiver
