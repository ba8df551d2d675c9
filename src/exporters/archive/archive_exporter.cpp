// Records into objects, objects into the sink.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/archive_exporter.hpp"

#include <utility>

namespace m2c2::exporters {

ArchiveExporter::ArchiveExporter(std::unique_ptr<ObjectSink> sink, const Clock& clock, ArchiveOptions options)
    : sink_{std::move(sink)}, clock_{clock}, options_{std::move(options)} {}

net::Task<std::vector<Outcome>> ArchiveExporter::deliver(std::span<const stream::Record> records) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(records.size());
  for (const stream::Record& record : records) outcomes.push_back(take(record));
  co_return outcomes;
}

Outcome ArchiveExporter::take(const stream::Record& record) {
  if (record.payload.find('\n') != record.payload.npos)
    return {Fate::rejected, "the message is not one line, and the archive keeps a message a line"};
  if (!object_) object_ = Object{.key = object_key(options_.origin, record), .begun = clock_.steady()};
  if (!object_->bytes.empty()) return {Fate::retry, "the object before is not written yet"};
  object_->gzip.add(record.payload);
  object_->gzip.add("\n");
  object_->size += record.payload.size() + 1;
  return {Fate::held, {}};
}

SteadyTime ArchiveExporter::settle_due() const {
  if (!object_) return SteadyTime::max();
  return object_->size >= options_.flush_size ? object_->begun : object_->begun + options_.flush_interval;
}

net::Task<Outcome> ArchiveExporter::settle() {
  if (!object_) co_return Outcome{};
  if (object_->bytes.empty()) object_->bytes = std::move(object_->gzip).finish();
  Result<> put = co_await sink_->put(object_->key, object_->bytes);
  if (!put) co_return Outcome{Fate::retry, std::move(put.error().text)};
  object_.reset();
  co_return Outcome{};
}

}  // namespace m2c2::exporters
