// What the stream holds: a finished message and where it goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace m2c2::stream {

/// The two ways out that a job chooses from (guide: send-data-to-iot-topic, send-data-to-stream-manager).
enum class Destination {
  topic,   ///< the topic exporter
  stream,  ///< every other exporter
};

/// Of Record::size(): what stands for its flags.
constexpr std::size_t kUncountedBytes = 2;

struct Record {
  std::string id;             ///< `_id_` of the message: the same however often it is delivered
  std::string topic;          ///< its MQTT topic
  std::string payload;        ///< the message, JSON
  std::string partition_key;  ///< keeps the order per tag: the alias
  bool to_topic = false;
  bool to_stream = false;
  WallTime at = {};          ///< when the message was finished
  std::uint64_t number = 0;  ///< its place in the stream, counted from 0 for ever; the stream gives it

  bool is_for(Destination to) const { return to == Destination::topic ? to_topic : to_stream; }
  /// What it counts for in a limit of bytes.
  std::size_t size() const {
    return id.size() + topic.size() + payload.size() + partition_key.size() + kUncountedBytes;
  }
  bool operator==(const Record&) const = default;
};

}  // namespace m2c2::stream
