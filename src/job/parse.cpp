// The request around a job: control, properties, destinations; and the text of a refusal.
// SPDX-License-Identifier: Apache-2.0
#include "job/parse.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "job/json.hpp"
#include "job/readers.hpp"

namespace m2c2::job {
namespace {

constexpr std::size_t kMostProperties = 10'000;
constexpr std::string_view kProperties = "an array of jobs, each with name and, if you like, version";

constexpr Choice kControls{std::array{
    Word{"deploy", Control::deploy},
    Word{"start", Control::start},
    Word{"stop", Control::stop},
    Word{"update", Control::update},
    Word{"push", Control::push},
    Word{"pull", Control::pull},
}};

std::optional<std::string> fault_in_optional_group(std::string_view id) {
  return id.empty() ? std::nullopt : fault_in_group(id);
}
constexpr Text kGroup{"the id of a gateway's group", fault_in_optional_group};

bool defines_a_job(Control control) { return control == Control::deploy || control == Control::update; }

void check_number(const Field& properties, std::size_t n, std::optional<Control> control) {
  const bool one = control && defines_a_job(*control);
  if (n >= 1 && n <= (one ? 1 : kMostProperties)) return;
  std::string message = fmt::format("Invalid number of properties ({}).", n);
  if (control) message += fmt::format(" Unable to execute {} control.", to_text(*control));
  properties.say(message + (one ? " Give exactly one." : fmt::format(" Give from 1 to {}.", kMostProperties)));
}

void read_property(const Field& field, std::unordered_set<std::string>& names, Property& out) {
  const auto entry = as_object(field, "an object with name and, if you like, version");
  if (!entry) return;
  if (entry->required("name", kJobName, out.name) && !names.insert(out.name).second)
    entry->refuse("name", fmt::format("'{}' is there a second time; give each job once", shown(out.name)));
  entry->optional("version", VersionRule{}, out.version);
  entry->note_unknown();
}

void read_properties(const Object& job, std::optional<Control> control, std::vector<Property>& out) {
  const auto field = job.find("properties");
  if (!field) return job.missing("properties", kProperties);
  const auto list = as_array(*field, kProperties);
  if (!list) return;
  check_number(*field, list->size(), control);
  if (list->size() > kMostProperties) return;
  std::unordered_set<std::string> names;
  list->each([&](const Field& field) { read_property(field, names, out.emplace_back()); });
}

void read_destinations(const Object& job, Destinations& out) {
  std::optional<bool> kinesis_stream;
  job.optional("send-data-to-stream-manager", Boolean{}, out.to_stream);
  job.optional("send-data-to-kinesis-stream", Boolean{}, kinesis_stream);
  job.optional("send-data-to-iot-topic", Boolean{}, out.to_topic);
  if (out.to_stream && kinesis_stream && *out.to_stream != *kinesis_stream)
    job.refuse("send-data-to-kinesis-stream",
               fmt::format("Found {}, and {} in send-data-to-stream-manager, which is the same setting; give one",
                           *kinesis_stream, *out.to_stream));
  if (!out.to_stream) out.to_stream = kinesis_stream;
}

Refusal refusal_of(const Request& request, Problems problems) {
  Refusal refusal;
  refusal.problems = problems.take();
  refusal.notes = problems.take_notes();
  if (request.properties.size() != 1) return refusal;
  refusal.job_name = request.properties.front().name;
  refusal.version = request.properties.front().version;
  return refusal;
}

}  // namespace

std::string ControlRule::expected() const { return kControls.expected(); }

bool ControlRule::read(const Field& field, Control& out) const {
  const auto text = Text{expected()}.read(field);
  if (!text) return false;
  const auto control = kControls.meaning_of(*text);
  if (control) out = *control;
  else field.say(fmt::format("Unknown control request: {}. Give {}.", shown(*text), expected()));
  return control.has_value();
}

void read_request(const Object& document, Request& out) {
  const auto job = required_object(document, "job", "an object with control and properties");
  if (!job) return;
  const bool known = job->required("control", ControlRule{}, out.control);
  const auto control = known ? std::optional{out.control} : std::nullopt;
  read_properties(*job, control, out.properties);
  job->optional("gg-group-id", kGroup, out.group);
  read_destinations(*job, out.destinations);
  const bool has_details = job->has("machine-details");
  job->note_unknown();
  document.note_unknown();
  if (control ? !defines_a_job(*control) : !has_details) return;
  const auto details = required_object(*job, "machine-details", "an object that says what machine and what to read");
  if (details) read_machine(*details, out.definition.emplace());
}

std::expected<ParsedRequest, Refusal> parse_request(std::string_view text) {
  auto document = read_json_object(text, {.bytes = kMostRequestBytes, .depth = kMostRequestDepth});
  if (!document) {
    Problems problems;
    problems.add({}, "Submitted JSON does not meet minimum requirements. " + document.error());
    return std::unexpected{refusal_of({}, std::move(problems))};
  }
  Request request;
  Problems problems;
  read_request({*document, {}, problems}, request);
  if (!problems.empty()) return std::unexpected{refusal_of(request, std::move(problems))};
  return ParsedRequest{std::move(request), std::move(*document), problems.take_notes()};
}

std::string to_text(const std::vector<Problem>& problems) {
  constexpr std::size_t kMostLines = 50;
  std::string text;
  for (std::size_t i = 0; i < problems.size() && i < kMostLines; ++i) {
    const auto& [path, message] = problems[i];
    if (i > 0) text.push_back('\n');
    text += path.empty() ? message : fmt::format("{} ({})", message, path);
  }
  if (problems.size() <= kMostLines) return text;
  const bool all = problems.size() < kMostProblems;
  return text + fmt::format("\nand {}{} more", all ? "" : "at least ", problems.size() - kMostLines);
}

}  // namespace m2c2::job
