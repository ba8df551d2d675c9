// The guide's telemetry messages and their topics.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/outlet.hpp"

#include <unordered_map>
#include <utility>

namespace m2c2::gateway {

Outlet::Outlet(const Clock& clock, stream::Stream& stream, std::shared_ptr<const job::ParsedWanted> job)
    : clock_{clock},
      stream_{stream},
      job_{std::move(job)},
      delivery_{job::delivery_of(job_->definition, job_->wanted.destinations)},
      names_{job_->wanted.job, job_->wanted.version, job_->definition} {}

void Outlet::open(const std::vector<std::string>& tags) {
  flush();
  levels_.clear();
  std::unordered_map<std::string_view, int> tags_of_level;
  levels_.reserve(tags.size());
  for (const auto& tag : tags) ++tags_of_level[levels_.emplace_back(names_.level(tag))];
  std::vector<telemetry::MessageShape> shapes;
  shapes.reserve(tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i)
    shapes.push_back(names_.shape(tags[i], levels_[i], tags_of_level[levels_[i]] > 1));
  batch_.emplace(std::move(shapes));
}

void Outlet::add(const telemetry::Samples& samples) {
  batch_->add(samples);
  if (++iterations_ >= job_->definition.iterations) flush();
}

void Outlet::flush() {
  iterations_ = 0;
  if (!batch_) return;
  std::vector<stream::Record> records;
  for (auto& message : batch_->flush(clock_.wall())) records.push_back(record(std::move(message)));
  if (!records.empty() && (delivery_.to_topic || delivery_.to_stream)) stream_.append(std::move(records));
}

stream::Record Outlet::record(telemetry::Message message) const {
  const std::string& level = levels_[message.tag];
  return {.id = std::move(message.id),
          .topic = names_.topic(level),
          .payload = std::move(message.json),
          .partition_key = names_.alias(level),
          .to_topic = delivery_.to_topic,
          .to_stream = delivery_.to_stream,
          .at = clock_.wall()};
}

}  // namespace m2c2::gateway
