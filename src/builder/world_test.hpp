// The builder's world for its tests: an operator who publishes, a broker that retains, and what the builder says in a
// line each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "builder/builder.hpp"
#include "job/json.hpp"
#include "job/topics.hpp"
#include "job/wanted.hpp"
#include "log/log.hpp"

namespace m2c2::builder {

class HandClock final : public Clock {
 public:
  SteadyTime steady() const override { return SteadyTime{now.time_since_epoch()}; }
  WallTime wall() const override { return now; }

  WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
};

/// A message as a line: "job press info 1: Job started." and the like, its retain flag checked against its topic.
inline std::string spoken(const mqtt::Message& message) {
  using namespace boost::json;
  const std::string_view topic = message.topic;
  const auto job = job::topics::in_group_job_topic(topic);
  EXPECT_EQ(message.retain, job.has_value()) << topic;
  if (job && message.payload.empty()) return fmt::format("{} is cleared", topic);
  if (job) {
    const auto parsed = job::parse_wanted(message.payload);
    if (!parsed) return fmt::format("{}: {}", topic, parsed.error().text);
    const job::Wanted& wanted = parsed->wanted;
    return fmt::format("{}: version {} {}, by {}{}", topic, wanted.version, to_text(wanted.state),
                       to_text(wanted.control),
                       wanted.requested_version ? fmt::format(" of {}", *wanted.requested_version) : "");
  }
  const object payload = parse(message.payload).as_object();
  if (const value* text = payload.if_contains("message"))
    return fmt::format("{} {}: {}", topic,
                       payload.contains("version") ? payload.at("version").as_string().c_str() : "-",
                       text->as_string().c_str());
  if (const value* request = payload.if_contains("job"); request && request->is_object()) {
    const object& property = request->as_object().at("properties").as_array().at(0).as_object();
    return fmt::format("{}: {} {}", topic, request->as_object().at("control").as_string().c_str(),
                       property.at("version").as_string().c_str());
  }
  const auto command = job::parse_command(message.payload);
  if (!command) return fmt::format("{}: {}", topic, command.error().text);
  return fmt::format("{}: {} {} {}{}", topic, to_text(command->command.control), command->command.job,
                     command->command.version.value_or(0), command->definition ? " with its request" : "");
}

/// One builder, its store, and a broker that forgets nothing it should retain.
class World : public testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  World() { log::set_level(log::Level::off); }

  void deliver(const mqtt::Message& message) {
    said_.push_back(message);
    if (!message.retain) return;
    if (message.payload.empty()) retained_.erase(message.topic);
    else retained_[message.topic] = message.payload;
  }

  static mqtt::Received request(std::string text) {
    return {.topic = std::string{job::topics::request}, .payload = std::move(text)};
  }

  /// The operator publishes a request; what the builder says to it.
  Lines operator_publishes(std::string text) {
    return hear([&] { builder_.on_request(request(std::move(text))); });
  }
  /// The broker hands over a request that may have come before.
  Lines broker_redelivers(std::string text) {
    mqtt::Received again = request(std::move(text));
    again.duplicate = true;
    return hear([&] { builder_.on_request(again); });
  }
  Lines gateway_reports(std::string_view group, std::string status) {
    return hear([&] { builder_.on_status({.topic = job::topics::group_status(group), .payload = std::move(status)}); });
  }

  Lines hear(const auto& happening) {
    said_.clear();
    happening();
    Lines lines;
    for (const mqtt::Message& message : said_) lines.push_back(spoken(message));
    return lines;
  }

  /// What is said beside the message of the last answer.
  std::string reason() const {
    const auto answer = boost::json::parse(said_.back().payload).as_object();
    const auto* reason = answer.if_contains("reason");
    return reason ? reason->as_string().c_str() : "";
  }

  job::Wanted retained(std::string_view group, std::string_view job) {
    const auto parsed = job::parse_wanted(retained_[job::topics::group_job(group, job)]);
    EXPECT_TRUE(parsed) << parsed.error().text;
    return parsed ? parsed->wanted : job::Wanted{};
  }
  store::JobHead head(std::string_view job) { return store_->head(job).value().value_or(store::JobHead{}); }
  bool stored(std::string_view job, job::Version version) { return store_->version(job, version).value().has_value(); }
  std::size_t jobs() { return store_->heads().value().size(); }

  HandClock clock_;
  std::unique_ptr<store::JobStore> store_ = std::move(store::open_sqlite_store(":memory:").value());
  std::vector<mqtt::Message> said_;
  std::map<std::string, std::string> retained_;
  Builder builder_{*store_, clock_, {.default_group = "factory-1"}, [this](const mqtt::Message& m) { deliver(m); }};
};

/// A request that defines a small SLMP job. `version`: "1", or empty for none; `more`: members such as
/// "\"gg-group-id\": \"factory-2\",".
inline std::string slmp_request(std::string_view control, std::string_view job, std::string_view version = "",
                                std::string_view more = "") {
  const std::string number = version.empty() ? "" : fmt::format(R"(, "version": "{}")", version);
  return fmt::format(R"({{"job": {{"control": "{}", "properties": [{{"name": "{}"{}}}], {}
    "machine-details": {{"site-name": "Herndon", "process": "packaging", "machine-name": "machine 1",
      "connectivity-parameters": {{"protocol": "slmp", "machine-ip": "192.0.2.1", "port-number": 5007, "network": 0,
        "station": 255, "module": "03FF", "multidrop": 0, "timer": 0, "subheader": "with serial",
        "communication-code": "ascii", "ethernet": "tcp"}},
      "data-parameters": {{"machine-query-time-interval": 0.5, "machine-query-iterations": 3, "attributes": [
        {{"function": "device_read", "address-list": {{"tag-name": "speed", "subcommand": "0000", "device-code": "D*",
          "head-device": "000100", "number-of-points": "0001"}}}}]}}}}}}}})",
                     control, job, number, more);
}

/// A request about jobs that are there: names, or "name@version".
inline std::string plain_request(std::string_view control, const std::vector<std::string>& jobs,
                                 std::string_view more = "") {
  std::string properties;
  for (const std::string& job : jobs) {
    const std::size_t at = job.find('@');
    if (!properties.empty()) properties += ", ";
    properties += fmt::format(R"({{"name": "{}")", job.substr(0, at));
    if (at != std::string::npos) properties += fmt::format(R"(, "version": {})", job.substr(at + 1));
    properties += "}";
  }
  return fmt::format(R"({{"job": {{"control": "{}", {} "properties": [{}]}}}})", control, more, properties);
}

}  // namespace m2c2::builder
