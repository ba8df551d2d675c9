// For tests: a gateway's surroundings in virtual time, with scripted machines, and all that it sends collected.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/scripted_machine.hpp"
#include "gateway/surroundings.hpp"
#include "log/log.hpp"

namespace m2c2::gateway::testing {

/// The last level of a topic.
inline std::string last_level(const std::string& topic) { return topic.substr(topic.rfind('/') + 1); }

class ScriptedPlant {
 public:
  ScriptedPlant() { log::set_level(log::Level::off); }

  net::VirtualLoop loop;
  net::VirtualLoop disk;
  std::unique_ptr<stream::Stream> stream = stream::make_memory_stream(256 * 1024 * 1024, stream::OnFull::reject_new);
  std::unique_ptr<stream::Cursor> to_topic = stream->open_cursor("topic", stream::Destination::topic);
  std::unique_ptr<stream::Cursor> to_stream = stream->open_cursor("archive", stream::Destination::stream);
  std::vector<mqtt::Message> sent;
  Surroundings surroundings{loop, *stream, [this](mqtt::Message message) { sent.push_back(std::move(message)); }};

  ScriptedMachine& machine(const std::string& name = "press") {
    return machines_.try_emplace(name, loop).first->second;
  }

  /// A connector to the machine that the job names; for SLMP alone.
  Result<std::unique_ptr<machines::Connector>> connector(const job::Definition& definition) {
    if (definition.protocol_name() != "slmp")
      return fail(std::make_error_code(std::errc::protocol_not_supported), "Unsupported protocol connectivity.");
    return machine(definition.machine).connector();
  }

  void settle() {
    for (int i = 0; i < 4; ++i) {
      loop.settle();
      disk.settle();
    }
    loop.settle();
  }
  void advance(Duration by) {
    settle();
    loop.advance(by);
    settle();
  }

  /// Since the last call, what the operator was told of a job: "info 1: Job started.", with the version.
  std::vector<std::string> told(const std::string& job = "job1") {
    std::vector<std::string> lines;
    std::erase_if(sent, [&](const mqtt::Message& message) {
      if (!message.topic.starts_with("m2c2/job/" + job + "/")) return false;
      const auto payload = boost::json::parse(message.payload).as_object();
      const auto* version = payload.if_contains("version");
      const std::string text{payload.at("message").as_string()};
      lines.push_back(last_level(message.topic) + (version ? " " + std::string{version->as_string()} : "") + ": " +
                      text);
      return true;
    });
    return lines;
  }

  /// The values delivered to the topics since the last call, those of one message in brackets.
  std::vector<std::string> values() {
    std::vector<std::string> out;
    for (const auto& record : records(*to_topic)) {
      std::string line = "[";
      const auto message = boost::json::parse(record.payload);
      for (const auto& entry : message.at("message").as_array())
        line += (line.size() > 1 ? " " : "") + boost::json::serialize(entry.at("value"));
      out.push_back(line + "]");
    }
    return out;
  }

  static std::vector<stream::Record> records(stream::Cursor& cursor) {
    auto records = cursor.read(1'000'000, 1'000'000'000);
    cursor.acknowledge();
    return records;
  }

 private:
  std::map<std::string, ScriptedMachine> machines_;
};

}  // namespace m2c2::gateway::testing
