// What the builder wants of a gateway: a job's wanted state, retained for its group, and the commands push and pull.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "job/document.hpp"
#include "job/parse.hpp"

namespace m2c2::job {

enum class RunState { running, stopped };
std::string_view to_text(RunState);

/// Payload of m2c2/group/<group>/job/<job>, and, with `updated`, the gateway's local file.
///   {"job": "machine1", "revision": 1716, "control": "start", "requested-version": "1", "version": "1",
///    "state": "running", "send-data-to-iot-topic": true, "request": {"job": {…}}}
/// A revision grows with every change; a gateway does each once.
struct Wanted {
  std::string job;
  std::int64_t revision = 0;
  Control control = Control::deploy;  ///< what brought it about; decides the words of the answer
  /// As the operator asked; a stop of a version that does not run stops nothing.
  std::optional<Version> requested_version;
  Version version = 1;  ///< of `request`
  RunState state = RunState::running;
  Destinations destinations;    ///< a start may change where telemetry goes
  boost::json::object request;  ///< the deploy or update request, version and gg-group-id filled in
};

std::string to_json(const Wanted&);
/// Fails with what is wrong when the text is not such a document, or its request does not validate.
struct ParsedWanted {
  Wanted wanted;
  Definition definition;
};
Result<ParsedWanted> parse_wanted(std::string_view text);

/// Payload of m2c2/group/<group>/submit.
///   {"control": "push", "job": "machine1", "version": "1", "request": {…}}   ("request" with push only)
struct Command {
  Control control = Control::push;  ///< push or pull
  std::string job;
  std::optional<Version> version;
  boost::json::object request;
};
std::string to_json(const Command&);
struct ParsedCommand {
  Command command;
  std::optional<Definition> definition;  ///< with push
};
Result<ParsedCommand> parse_command(std::string_view text);

/// What a pull answers: the request, with `_last-update-timestamp_` in its job beside gg-group-id (guide, "Get OPC DA
/// local JSON job definition").
boost::json::object with_last_update(boost::json::object request, WallTime);

}  // namespace m2c2::job
