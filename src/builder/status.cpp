// Reads a gateway's status strictly: one odd name and all of it is refused.
// SPDX-License-Identifier: Apache-2.0
#include "builder/status.hpp"

#include <fmt/format.h>

#include "job/json.hpp"
#include "job/names.hpp"

namespace m2c2::builder {
namespace {

constexpr job::JsonLimits kStatus{.bytes = kMostStatusBytes, .depth = 16};

}  // namespace

std::expected<std::vector<std::string>, std::string> jobs_in_status(std::string_view payload) {
  const auto status = job::read_json_object(payload, kStatus);
  if (!status) return std::unexpected{status.error()};
  const boost::json::value* jobs = status->if_contains("jobs");
  if (jobs == nullptr) return {};
  const boost::json::array* list = jobs->if_array();
  if (list == nullptr) return std::unexpected{"'jobs' is no array"};
  if (list->size() > kMostStatusJobs)
    return std::unexpected{fmt::format("'jobs' has {} names, more than {}", list->size(), kMostStatusJobs)};
  std::vector<std::string> names;
  names.reserve(list->size());
  for (const boost::json::value& entry : *list) {
    const boost::json::string* name = entry.if_string();
    if (name == nullptr) return std::unexpected{"'jobs' has an entry that is no text"};
    if (job::fault_in_job_name({name->data(), name->size()}))
      return std::unexpected{"'jobs' has a name that no job has"};
    names.emplace_back(name->data(), name->size());
  }
  return names;
}

}  // namespace m2c2::builder
