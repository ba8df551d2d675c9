// The guide's telemetry messages and their topics.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/outlet.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "job/names.hpp"
#include "job/topics.hpp"

namespace m2c2::gateway {
namespace {

bool is_opcda(const job::Definition& definition) { return std::holds_alternative<job::OpcdaJob>(definition.protocol); }

/// A tag as it is known outside.
struct Named {
  const std::string& tag;    ///< as the machine spells it
  const std::string& level;  ///< as it stands in topics
  std::string alias;
  bool shares_level;  ///< with another tag of the job
};

telemetry::MessageShape shape_of(const job::ParsedWanted& job, const Named& named) {
  const job::Definition& at = job.definition;
  const std::string version = std::to_string(job.wanted.version);
  if (!is_opcda(at)) return {{{"version", version}, {"tag", named.level}}, "message"};
  std::vector<telemetry::MessageShape::Member> members{
      {"version", version},         {"site-name", at.site}, {"area", at.area},     {"process", at.process},
      {"machine-name", at.machine}, {"tag", named.level},   {"alias", named.alias}};
  if (named.shares_level) members.push_back({"item", named.tag});  // `a.b` and `a-b` of a read_list
  return {members, "messages", named.alias};
}

}  // namespace

Outlet::Outlet(const Clock& clock, stream::Stream& stream, std::shared_ptr<const job::ParsedWanted> job)
    : clock_{clock},
      stream_{stream},
      job_{std::move(job)},
      delivery_{job::delivery_of(job_->definition, job_->wanted.destinations)},
      topic_prefix_{job::topics::machine_prefix(job_->wanted.job, job_->definition)} {
  const job::Definition& at = job_->definition;
  if (is_opcda(at)) alias_prefix_ = fmt::format("{}/{}/{}/{}", at.site, at.area, at.process, at.machine);
}

void Outlet::open(const std::vector<std::string>& tags) {
  flush();
  levels_.clear();
  std::unordered_map<std::string_view, int> tags_of_level;
  levels_.reserve(tags.size());
  for (const auto& tag : tags)
    ++tags_of_level[levels_.emplace_back(is_opcda(job_->definition) ? job::opcda_tag_level(tag) : tag)];
  std::vector<telemetry::MessageShape> shapes;
  shapes.reserve(tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i)
    shapes.push_back(shape_of(*job_, {.tag = tags[i],
                                      .level = levels_[i],
                                      .alias = fmt::format("{}/{}", alias_prefix_, levels_[i]),
                                      .shares_level = tags_of_level[levels_[i]] > 1}));
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
  std::string topic = fmt::format("{}/{}", topic_prefix_, level);
  std::string alias = alias_prefix_.empty() ? topic : fmt::format("{}/{}", alias_prefix_, level);
  return {.id = std::move(message.id),
          .topic = std::move(topic),
          .payload = std::move(message.json),
          .partition_key = std::move(alias),
          .to_topic = delivery_.to_topic,
          .to_stream = delivery_.to_stream,
          .at = clock_.wall()};
}

}  // namespace m2c2::gateway
