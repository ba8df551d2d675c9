// What passes on m2c2/#, a line each.
// SPDX-License-Identifier: Apache-2.0
#include "app/watch_command.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>
#include <set>

#include "app/errors.hpp"
#include "app/job_files.hpp"
#include "app/protocols.hpp"
#include "base/foreign_text.hpp"
#include "job/names.hpp"
#include "job/parse.hpp"
#include "job/topics.hpp"

namespace m2c2::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostShown = 72;  // bytes of a value

std::string as_text(const json::value& value) {
  return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

std::string member(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? as_text(*value) : std::string{};
}

/// "5 values, last 100 at 2026-01-01 00:00:00.000000"
std::string describe_values(const json::array& values) {
  if (values.empty() || !values.back().is_object()) return "no values";
  const auto& last = values.back().get_object();
  return fmt::format("{} value{}, last {} at {}", values.size(), values.size() == 1 ? "" : "s",
                     foreign_text(member(last, "value"), kMostShown),
                     foreign_text(member(last, "timestamp"), kMostShown));
}

/// Telemetry carries its values in "message" (SLMP) or "messages" (OPC DA).
const json::array* values_in(const json::object& message) {
  for (const char* name : {"message", "messages"})
    if (const auto* values = message.if_contains(name); values && values->is_array()) return &values->get_array();
  return nullptr;
}

std::string describe(const json::object& message) {
  if (const auto* values = values_in(message)) return describe_values(*values);
  std::string text = member(message, "message");
  if (const std::string reason = member(message, "reason"); !reason.empty()) text += fmt::format(" ({})", reason);
  return foreign_text(text, text.size());
}

std::string_view kind_of(std::string_view topic, const json::object* message) {
  if (topic.ends_with("/info")) return "info";
  if (topic.ends_with("/error")) return "error";
  return message && values_in(*message) ? "telemetry" : "other";
}

/// The last topic level of each tag that the definition names itself: which items the patterns of a read_list stand for
/// is known to the OPC DA server alone.
Result<std::vector<std::string>> tag_levels(const job::Definition& definition) {
  std::vector<std::string> levels;
  if (const auto* opcda = std::get_if<job::OpcdaJob>(&definition.protocol)) {
    for (const auto& attribute : opcda->attributes)
      if (attribute.function == job::OpcdaFunction::read_tags)
        for (const auto& item : attribute.addresses) levels.push_back(job::opcda_tag_level(item));
    return levels;
  }
  net::EventLoop loop;
  const auto connector = make_connector(loop, definition);
  if (!connector) return std::unexpected{connector.error()};
  return (*connector)->tags();
}

/// Topics on which the jobs of these files publish telemetry.
Result<std::set<std::string>> expected_topics(const std::vector<std::string>& files) {
  std::set<std::string> topics;
  for (const auto& file : files) {
    const auto text = read_job_file(file);
    if (!text) return std::unexpected{text.error()};
    const auto parsed = job::parse_request(*text);
    if (!parsed || !parsed->request.definition)
      return invalid(fmt::format("{}: not a right deploy request; see m2c2 check {}", file, file));
    const auto& definition = *parsed->request.definition;
    const auto levels = tag_levels(definition);
    if (!levels) return std::unexpected{levels.error()};
    const auto prefix = job::topics::machine_prefix(parsed->request.properties[0].name, definition);
    for (const auto& level : *levels) topics.insert(fmt::format("{}/{}", prefix, level));
  }
  return topics;
}

class Watcher {
 public:
  Watcher(const WatchCommand& command, std::set<std::string> expected)
      : command_{command}, missing_{std::move(expected)}, expects_{!missing_.empty()} {}

  int run() {
    auto client = ConsoleClient::open(
        command_.broker, {"m2c2/#"}, [this](const mqtt::Received& m) { on_message(m); },
        [this] {
          connected_ = true;
          std::cout << "watching m2c2/# …" << std::endl;
        });
    if (!client) return say(client.error());
    client_ = std::move(*client);
    client_->run(command_.limit);
    if (!connected_) return tell_no_broker();
    for (const auto& topic : missing_) std::cerr << fmt::format("no telemetry came on {}\n", topic);
    return missing_.empty() ? 0 : 1;
  }

 private:
  void on_message(const mqtt::Received& received) {
    std::error_code error;
    const auto value = json::parse(received.payload, error);
    const json::object* message = !error && value.is_object() ? &value.get_object() : nullptr;
    const auto kind = kind_of(received.topic, message);
    if (kind == "other") return;
    std::cout << fmt::format("{:<9}  {}  {}\n", kind, received.topic,
                             message ? describe(*message) : foreign_text(received.payload, kMostShown))
              << std::flush;
    if (kind == "telemetry") missing_.erase(received.topic);
    if (expects_ && missing_.empty() && command_.limit.count() == 0) client_->finish();
  }

  const WatchCommand& command_;
  std::set<std::string> missing_;
  bool expects_;
  bool connected_ = false;
  std::unique_ptr<ConsoleClient> client_;
};

}  // namespace

int run_watch_command(const WatchCommand& command) {
  auto expected = expected_topics(command.expect);
  if (!expected) return say(expected.error());
  return Watcher{command, std::move(*expected)}.run();
}

}  // namespace m2c2::app
