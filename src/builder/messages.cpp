// Heads, versions and answers as MQTT messages.
// SPDX-License-Identifier: Apache-2.0
#include "builder/messages.hpp"

#include <fmt/format.h>

#include "job/json.hpp"
#include "job/topics.hpp"
#include "job/wanted.hpp"

namespace m2c2::builder {
namespace {

Result<boost::json::object> stored_request(const store::JobVersion& version) {
  auto request =
      job::read_json_object(version.job_details, {.bytes = job::kMostRequestBytes, .depth = job::kMostRequestDepth});
  if (request) return *std::move(request);
  return fail(store::StoreError::failed, fmt::format("the stored request of job {} version {} is damaged: {}",
                                                     version.job, version.version, request.error()));
}

}  // namespace

mqtt::Message answer(job::Severity severity, std::string_view job, std::optional<job::Version> version,
                     std::string_view text, std::string_view reason) {
  job::Answer answer = job::builder_answer(severity, job, version, text, reason);
  return {.topic = std::move(answer.topic), .payload = std::move(answer.payload)};
}

Result<mqtt::Message> wanted_state(const store::JobHead& head, const store::JobVersion& version) {
  auto request = stored_request(version);
  if (!request) return std::unexpected{std::move(request).error()};
  const job::Wanted wanted{.job = head.job,
                           .revision = head.revision,
                           .control = head.control,
                           .requested_version = head.requested_version,
                           .version = head.version,
                           .state = head.state,
                           .destinations = head.destinations,
                           .request = *std::move(request)};
  return mqtt::Message{
      .topic = job::topics::group_job(head.group, head.job), .payload = to_json(wanted), .retain = true};
}

mqtt::Message left_group(std::string_view group, std::string_view job) {
  return {.topic = job::topics::group_job(group, job), .payload = "", .retain = true};
}

Result<mqtt::Message> command(const Asked& asked, std::string_view group, const store::JobVersion& version) {
  job::Command command{
      .control = asked.control(), .job = asked.job(), .version = asked.property.version, .request = {}};
  if (command.control == job::Control::push) {
    auto request = stored_request(version);
    if (!request) return std::unexpected{std::move(request).error()};
    command.version = version.version;
    command.request = *std::move(request);
  }
  return mqtt::Message{.topic = job::topics::group_submit(group), .payload = to_json(command)};
}

mqtt::Message control_copy(std::string_view job, std::string request) {
  return {.topic = job::topics::job_submit(job), .payload = std::move(request)};
}

}  // namespace m2c2::builder
