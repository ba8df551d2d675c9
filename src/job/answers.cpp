// The payloads of answers in the guide's order, and its texts.
// SPDX-License-Identifier: Apache-2.0
#include "job/answers.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "base/ids.hpp"
#include "job/json.hpp"
#include "job/topics.hpp"

namespace m2c2::job {
namespace json = boost::json;
namespace {

bool is_slmp(const Definition& definition) { return std::holds_alternative<SlmpJob>(definition.protocol); }

std::string builder_topic(Severity severity, std::string_view job) {
  const bool info = severity == Severity::info;
  if (job.empty()) return std::string{info ? topics::info : topics::error};
  return info ? topics::job_info(job) : topics::job_error(job);
}

}  // namespace

Answer builder_answer(Severity severity, std::string_view job, std::optional<Version> version, std::string_view message,
                      std::string_view reason) {
  json::object payload;
  if (!job.empty()) payload["job-name"] = job;
  if (version) payload["version"] = fmt::to_string(*version);
  payload["message"] = message;
  if (!reason.empty()) payload["reason"] = reason;
  return {builder_topic(severity, job), to_json(payload)};
}

Answer connector_answer(Severity severity, std::string_view job, Version version, const Definition& definition,
                        WallTime now, const json::value& message, std::string_view reason) {
  json::object payload;
  payload["_id_"] = new_id();
  payload["_timestamp_"] = format_timestamp(now);
  payload["version"] = fmt::to_string(version);
  if (!is_slmp(definition)) {
    payload["site-name"] = definition.site;
    payload["area"] = definition.area;
    payload["process"] = definition.process;
    payload["machine-name"] = definition.machine;
  }
  payload["message"] = message;
  if (!reason.empty()) payload["reason"] = reason;
  const auto* kind = severity == Severity::info ? "info" : "error";
  return {fmt::format("{}/{}", topics::machine_prefix(job, definition), kind), to_json(payload)};
}

namespace texts {

std::string already_started(std::string_view job, const Definition& definition) {
  if (is_slmp(definition)) return "Job already started.";
  return fmt::format("A version of the requested '{}' is already running. Please stop it before starting it again.",
                     job);
}

std::string already_stopped(std::string_view job, const Definition& definition) {
  if (is_slmp(definition)) return "Job already stopped.";
  return fmt::format("Job '{}' has already been stopped.", job);
}

std::string not_started(std::string_view job) {
  return fmt::format("Request was not successful. Job '{}' has not been started.", job);
}

std::string unique_entry(std::string_view job, std::string_view version) {
  return fmt::format("A unique database entry must exist for Job {} version {}.", job, version);
}

std::string_view machine_unreachable(const Definition& definition) {
  return is_slmp(definition) ? "Fail to connect to server." : "Unable to connect to the server.";
}

std::string push_failed(const Definition& definition, std::string_view why) {
  if (is_slmp(definition)) return std::string{machine_unreachable(definition)};
  return fmt::format("Failed to retrieve available server(s): {}", why);
}

std::string machine_lost(const Definition& definition, std::string_view why) {
  if (is_slmp(definition)) return "Loss of communication with server.";
  return why.empty() ? "Unable to read server." : fmt::format("Unable to read server: {}", why);
}

std::string_view machine_back(const Definition&) { return "Communication with server restored."; }

}  // namespace texts
}  // namespace m2c2::job
