// The documents between builder and gateway: written here, read here, so that both ends agree.
// SPDX-License-Identifier: Apache-2.0
#include "job/wanted.hpp"

#include <fmt/format.h>

#include <limits>

#include "job/error.hpp"
#include "job/json.hpp"
#include "job/readers.hpp"

namespace m2c2::job {
namespace json = boost::json;
namespace {

/// Whatever request was accepted fits: written again, a control character may take six bytes for one.
constexpr JsonLimits kLimits{.bytes = 6 * kMostRequestBytes + 4096, .depth = kMostRequestDepth + 2};

constexpr Integer kRevision{0, std::numeric_limits<std::int64_t>::max()};
constexpr Choice kStates{std::array{Word{"running", RunState::running}, Word{"stopped", RunState::stopped}}};
constexpr Choice kCommands{std::array{Word{"push", Control::push}, Word{"pull", Control::pull}}};

/// The definition in the member `request`, which must be the deploy or update of this job and version.
std::optional<Definition> read_stored_request(const Object& document, std::string_view job,
                                              std::optional<Version> version, json::object& stored) {
  const auto envelope = required_object(document, "request", "the deploy or update request of the job");
  if (!envelope) return {};
  stored = document.find("request")->value.get_object();
  Request request;
  read_request(*envelope, request);
  if (!request.definition) {
    document.refuse("request", "It defines no job; give a deploy or update request");
    return {};
  }
  const Property property = request.properties.empty() ? Property{} : request.properties.front();
  if (property.name != job)
    document.refuse("request", fmt::format("It is of job '{}', not of '{}'", shown(property.name), shown(job)));
  if (version && property.version && property.version != version)
    document.refuse("request", fmt::format("It is of version {}, not of {}", *property.version, *version));
  return std::move(request.definition);
}

void put(json::object& document, std::string_view key, std::optional<bool> value) {
  if (value) document[key] = *value;
}

void put(json::object& document, std::string_view key, std::optional<Version> value) {
  if (value) document[key] = fmt::to_string(*value);
}

/// Reads a document, or fails with all that is wrong with it.
template <class Parsed>
Result<Parsed> parse(std::string_view text, void (*read)(const Object&, Parsed&)) {
  const auto document = read_json_object(text, kLimits);
  if (!document) return fail(JobError::invalid, document.error());
  Problems problems;
  Parsed parsed;
  read({*document, {}, problems}, parsed);
  if (!problems.empty()) return fail(JobError::invalid, to_text(problems.take()));
  return parsed;
}

void read_wanted(const Object& document, ParsedWanted& out) {
  Wanted& wanted = out.wanted;
  document.required("job", kJobName, wanted.job);
  document.required("revision", kRevision, wanted.revision);
  document.required("control", ControlRule{}, wanted.control);
  document.optional("requested-version", VersionRule{}, wanted.requested_version);
  document.required("version", VersionRule{}, wanted.version);
  document.required("state", kStates, wanted.state);
  document.optional("send-data-to-stream-manager", Boolean{}, wanted.destinations.to_stream);
  document.optional("send-data-to-iot-topic", Boolean{}, wanted.destinations.to_topic);
  auto definition = read_stored_request(document, wanted.job, wanted.version, wanted.request);
  if (definition) out.definition = std::move(*definition);
}

void read_command(const Object& document, ParsedCommand& out) {
  Command& command = out.command;
  const bool known = document.required("control", kCommands, command.control);
  document.required("job", kJobName, command.job);
  document.optional("version", VersionRule{}, command.version);
  if (known && command.control == Control::push)
    out.definition = read_stored_request(document, command.job, command.version, command.request);
}

}  // namespace

std::string_view to_text(RunState state) { return state == RunState::running ? "running" : "stopped"; }

std::string to_json(const Wanted& wanted) {
  json::object document;
  document["job"] = wanted.job;
  document["revision"] = wanted.revision;
  document["control"] = to_text(wanted.control);
  put(document, "requested-version", wanted.requested_version);
  put(document, "version", std::optional{wanted.version});
  document["state"] = to_text(wanted.state);
  put(document, "send-data-to-stream-manager", wanted.destinations.to_stream);
  put(document, "send-data-to-iot-topic", wanted.destinations.to_topic);
  document["request"] = wanted.request;
  return to_json(json::value(std::move(document)));
}

Result<ParsedWanted> parse_wanted(std::string_view text) { return parse<ParsedWanted>(text, read_wanted); }

std::string to_json(const Command& command) {
  json::object document;
  document["control"] = to_text(command.control);
  document["job"] = command.job;
  put(document, "version", command.version);
  if (command.control == Control::push) document["request"] = command.request;
  return to_json(json::value(std::move(document)));
}

Result<ParsedCommand> parse_command(std::string_view text) { return parse<ParsedCommand>(text, read_command); }

json::object with_last_update(json::object request, WallTime at) {
  if (auto* job = request.if_contains("job"); job && job->is_object())
    job->get_object()["_last-update-timestamp_"] = format_timestamp(at);
  return request;
}

}  // namespace m2c2::job
