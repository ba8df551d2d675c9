// The topics of the guide.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "job/document.hpp"

namespace m2c2::job::topics {

inline constexpr std::string_view request = "m2c2/job/request";
inline constexpr std::string_view info = "m2c2/job/info";
inline constexpr std::string_view error = "m2c2/job/error";

std::string job_info(std::string_view job);    ///< m2c2/job/<job>/info
std::string job_error(std::string_view job);   ///< m2c2/job/<job>/error
std::string job_submit(std::string_view job);  ///< m2c2/job/<job>/submit

std::string group_job(std::string_view group, std::string_view job);  ///< m2c2/group/<group>/job/<job>, retained
std::string group_jobs(std::string_view group);                       ///< m2c2/group/<group>/job/+
std::string group_submit(std::string_view group);
std::string group_status(std::string_view group);
inline constexpr std::string_view every_group_status = "m2c2/group/+/status";
inline constexpr std::string_view every_group_job = "m2c2/group/+/job/+";
/// What m2c2/group/<group>/job/<job> is about.
struct GroupJob {
  std::string_view group;
  std::string_view job;
};
/// The job in its group's topic, the group in m2c2/group/<group>/status; nothing for another topic.
std::optional<GroupJob> in_group_job_topic(std::string_view topic);
std::optional<std::string_view> group_in_status_topic(std::string_view topic);

/// Where the machine's telemetry, infos and errors go: for SLMP m2c2/job/<job>, for OPC DA
/// m2c2/job/<job>/<site>/<area>/<process>/<machine>. Then '/' and the tag, "info" or "error".
std::string machine_prefix(std::string_view job, const Definition&);

}  // namespace m2c2::job::topics
