// The log: the stream's records in segment files, appended durably at one end and dropped by whole files at the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "disk/folder.hpp"
#include "stream/segment.hpp"

namespace m2c2::stream {

struct Segment {
  SegmentHeader header;
  std::uint64_t bytes = 0;  ///< of its file, as far as it is durable
};

/// What is in the log, durably. There is always a segment, the last of which may be empty.
struct Index {
  std::deque<Segment> segments;
  std::uint64_t end = 0;  ///< the number that the next record gets
  Totals totals;          ///< of all the records before that one
  std::uint64_t bytes = 0;
};

/// What an exporter knows of the stream: so far it went at the least, even if the segments do not tell any more.
struct Mark {
  StreamId id{};
  std::uint64_t number = 0;
  Destination destination = Destination::topic;
  Count passed;
};

/// For one thread. The folder outlives it.
class Log {
 public:
  /// Recovers what is there. What a power cut left torn at the end is cut off and told to the program's log, and so is
  /// what is damaged. An empty folder becomes a new stream, or goes on with the one that the marks know.
  static Result<Log> open(disk::Folder&, std::uint64_t segment_bytes, std::span<const Mark> marks);

  /// Makes some of the records durable, at least the first: as many as fit `most_bytes`, one segment and one write. How
  /// many; they got the numbers from end on. After an error none of them is in the log.
  Result<std::size_t> append(std::span<const Record> records, std::uint64_t most_bytes);
  /// Begins a new segment, so that the one before it can be dropped.
  Result<> roll();
  /// The oldest segment is no longer in the log; not the last one. Its file is removed by sweep().
  void drop_oldest();
  /// Removes the files of what was dropped; what cannot be removed is tried again the next time.
  Result<> sweep();

  const Index& index() const { return index_; }
  const StreamId& id() const { return id_; }

 private:
  Log(disk::Folder& folder, std::uint64_t segment_bytes) : folder_{&folder}, segment_bytes_{segment_bytes} {}

  Result<> recover();
  bool heed(std::span<const Mark> marks);
  Result<std::size_t> append_to_new(std::span<const Record> records, std::uint64_t most_bytes);
  Result<std::unique_ptr<disk::File>> create_durably(const std::string& name, ByteView content);
  std::size_t encode_run(std::span<const Record> records, std::uint32_t seed, std::uint64_t most_bytes);
  void take_in(std::span<const Record> records);
  void cut_back();
  bool has_room_for(const Record& record) const;

  disk::Folder* folder_;
  std::uint64_t segment_bytes_;
  StreamId id_{};
  Index index_;
  std::unique_ptr<disk::File> file_;  ///< of the last segment; none once nothing may be appended to that one
  Bytes run_;                         ///< kept for its room
  std::vector<std::string> dropped_;  ///< files still to be removed
};

}  // namespace m2c2::stream
