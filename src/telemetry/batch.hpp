// Gathers the samples of one run of a job, iteration by iteration, into messages: text in, text out, no document tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "telemetry/sample.hpp"

namespace m2c2::telemetry {

/// What all messages of one tag have in common: the members that the protocol puts between `_timestamp_` and the
/// entries, made into JSON once.
class MessageShape {
 public:
  struct Member {
    std::string_view name;
    std::string_view text;
  };

  /// SLMP: `{{{"version", "1"}, {"tag", "speed"}}, "message"}`. The last is the name of the array of entries. OPC DA:
  /// `entry_name` stands in each entry as its name.
  MessageShape(const std::vector<Member>& members, std::string_view array, std::string_view entry_name = {});

  const std::string& json() const { return json_; }         ///< `,"version":"1","tag":"speed","message":[`
  const std::string& entry() const { return entry_json_; }  ///< how each entry begins: `{"name":"…","value":`

 private:
  std::string json_;
  std::string entry_json_ = "{";
};

/// One finished message.
struct Message {
  std::size_t tag = 0;  ///< as in Sample::tag
  std::string id;       ///< its `_id_`
  std::string json;
};

/// Holds one buffer of text a tag, and gives it back at every flush.
class Batch {
 public:
  static constexpr std::size_t kMaxMessageBytes = std::size_t{128} * 1024;  ///< AWS IoT Core's limit

  /// A shape for each tag. What would make a message larger than `max_message_bytes` is cut between two entries into
  /// several messages; an entry that is larger by itself goes out in a message of its own.
  explicit Batch(std::vector<MessageShape> shapes, std::size_t max_message_bytes = kMaxMessageBytes);

  /// Appends one iteration. Every Sample::tag is below the number of shapes.
  void add(const Samples&);
  bool empty() const;
  /// The messages of all tags that have entries, a tag's own in their order, each with an `_id_` of its own; `now` is
  /// their `_timestamp_`. The batch is empty afterwards.
  std::vector<Message> flush(WallTime now);

 private:
  struct Tag {
    MessageShape shape;
    std::string entries;
    std::size_t expected = 0;  ///< bytes of entries that the last message had: reserved at once for the next
  };
  /// The entries of a message that can take no more.
  struct Full {
    std::size_t tag;
    std::string entries;
  };

  void add(const Sample&, std::string_view detail);
  Message finish(std::size_t tag, std::string_view entries, WallTime now);

  std::vector<Tag> tags_;
  std::vector<Full> full_;
  std::size_t max_message_bytes_;
};

}  // namespace m2c2::telemetry
