// Builds and takes apart the topics of the guide.
// SPDX-License-Identifier: Apache-2.0
#include "job/topics.hpp"

#include <fmt/format.h>

namespace m2c2::job::topics {
namespace {

constexpr std::string_view kGroups = "m2c2/group/";

/// Takes the text up to the next '/' and that '/' off the front.
std::optional<std::string_view> take_level(std::string_view& topic) {
  const auto end = topic.find('/');
  if (end == 0 || end == std::string_view::npos) return {};
  const auto level = topic.substr(0, end);
  topic.remove_prefix(end + 1);
  return level;
}

}  // namespace

std::string job_info(std::string_view job) { return fmt::format("m2c2/job/{}/info", job); }
std::string job_error(std::string_view job) { return fmt::format("m2c2/job/{}/error", job); }
std::string job_submit(std::string_view job) { return fmt::format("m2c2/job/{}/submit", job); }

std::string group_job(std::string_view group, std::string_view job) {
  return fmt::format("{}{}/job/{}", kGroups, group, job);
}
std::string group_jobs(std::string_view group) { return group_job(group, "+"); }
std::string group_submit(std::string_view group) { return fmt::format("{}{}/submit", kGroups, group); }
std::string group_status(std::string_view group) { return fmt::format("{}{}/status", kGroups, group); }

std::optional<GroupJob> in_group_job_topic(std::string_view topic) {
  if (!topic.starts_with(kGroups)) return {};
  topic.remove_prefix(kGroups.size());
  const auto group = take_level(topic);
  if (!group || take_level(topic) != "job") return {};
  if (topic.empty() || topic.contains('/')) return {};
  return GroupJob{*group, topic};
}

std::optional<std::string_view> group_in_status_topic(std::string_view topic) {
  if (!topic.starts_with(kGroups)) return {};
  topic.remove_prefix(kGroups.size());
  const auto group = take_level(topic);
  return topic == "status" ? group : std::nullopt;
}

std::string machine_prefix(std::string_view job, const Definition& d) {
  if (std::holds_alternative<SlmpJob>(d.protocol)) return fmt::format("m2c2/job/{}", job);
  return fmt::format("m2c2/job/{}/{}/{}/{}/{}", job, d.site, d.area, d.process, d.machine);
}

}  // namespace m2c2::job::topics
