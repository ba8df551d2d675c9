// Samples to messages.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/batch.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/ids.hpp"
#include "base/json_text.hpp"

namespace m2c2::telemetry {
namespace {

// {"_id_":"<id>","_timestamp_":"<timestamp>"<shape>{"value":<value>,"timestamp":"<timestamp>"},…]}
// or, where the machine says more of a value (OPC DA): …<shape>{"name":"<name>","value":<value>,<detail>},…]}
constexpr std::string_view kBeforeId = R"({"_id_":")";
constexpr std::string_view kAfterId = R"(","_timestamp_":")";
constexpr std::string_view kAfterTimestamp = R"(")";
constexpr std::string_view kAfterValue = R"(,"timestamp":")";
constexpr std::string_view kAfterEntry = R"("})";
constexpr std::string_view kEnd = "]}";

constexpr std::size_t kIdBytes = 36;
constexpr std::size_t kTimestampBytes = 26;
constexpr std::size_t kEnvelopeBytes =
    kBeforeId.size() + kIdBytes + kAfterId.size() + kTimestampBytes + kAfterTimestamp.size() + kEnd.size();
constexpr std::size_t kTimeBytes = kAfterValue.size() + kTimestampBytes + kAfterEntry.size();

std::size_t entry_bytes(const MessageShape& shape, const Sample& sample, std::string_view detail) {
  return shape.entry().size() + sample.value.size() + std::max(detail.size() + 2, kTimeBytes);
}

void append_entry(std::string& out, const MessageShape& shape, const Sample& sample, std::string_view detail) {
  out += shape.entry();
  out += sample.value;
  if (detail.empty()) {
    out += kAfterValue;
    append_timestamp(out, sample.at);
    out += kAfterEntry;
  } else {
    out.push_back(',');
    out += detail;
    out.push_back('}');
  }
}

}  // namespace

MessageShape::MessageShape(const std::vector<Member>& members, std::string_view array, std::string_view entry_name) {
  for (const Member& member : members) {
    json_.push_back(',');
    append_json_string(json_, member.name);
    json_.push_back(':');
    append_json_string(json_, member.text);
  }
  json_.push_back(',');
  append_json_string(json_, array);
  json_ += ":[";
  json_.shrink_to_fit();
  if (!entry_name.empty()) {
    entry_json_ += R"("name":)";
    append_json_string(entry_json_, entry_name);
    entry_json_.push_back(',');
  }
  entry_json_ += R"("value":)";
  entry_json_.shrink_to_fit();
}

Batch::Batch(std::vector<MessageShape> shapes, std::size_t max_message_bytes) : max_message_bytes_{max_message_bytes} {
  tags_.reserve(shapes.size());
  for (MessageShape& shape : shapes) tags_.push_back({std::move(shape), {}, 0});
}

void Batch::add(const Samples& samples) {
  for (const Sample& sample : samples.values) add(sample, samples.detail(sample));
}

void Batch::add(const Sample& sample, std::string_view detail) {
  assert(sample.tag < tags_.size());
  Tag& tag = tags_[sample.tag];
  const std::size_t more = entry_bytes(tag.shape, sample, detail);
  const std::size_t bytes = kEnvelopeBytes + tag.shape.json().size() + tag.entries.size() + 1 + more;
  if (!tag.entries.empty() && bytes > max_message_bytes_) full_.push_back({sample.tag, std::exchange(tag.entries, {})});
  if (tag.entries.empty()) tag.entries.reserve(std::max(tag.expected, more));
  else tag.entries.push_back(',');
  append_entry(tag.entries, tag.shape, sample, detail);
}

bool Batch::empty() const {
  return full_.empty() && std::ranges::all_of(tags_, [](const Tag& tag) { return tag.entries.empty(); });
}

std::vector<Message> Batch::flush(WallTime now) {
  std::vector<Message> messages;
  for (const Full& full : std::exchange(full_, {})) messages.push_back(finish(full.tag, full.entries, now));
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    const std::string entries = std::exchange(tags_[i].entries, {});
    tags_[i].expected = entries.size();
    if (!entries.empty()) messages.push_back(finish(i, entries, now));
  }
  return messages;
}

Message Batch::finish(std::size_t tag, std::string_view entries, WallTime now) {
  const std::string& shape = tags_[tag].shape.json();
  Message message{tag, new_id(), {}};
  std::string& json = message.json;
  json.reserve(kEnvelopeBytes + shape.size() + entries.size());
  json += kBeforeId;
  json += message.id;
  json += kAfterId;
  append_timestamp(json, now);
  json += kAfterTimestamp;
  json += shape;
  json += entries;
  json += kEnd;
  return message;
}

}  // namespace m2c2::telemetry
