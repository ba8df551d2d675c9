// The stream: every telemetry message goes in once, and each exporter reads it at its own pace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stream/record.hpp"

namespace m2c2::stream {

enum class OnFull { overwrite_oldest, reject_new };

/// One exporter's place in the stream, among the records for its destination alone. All calls on the exporter's thread.
class Cursor {
 public:
  /// Gives back what only this cursor still held. A callback of when_available() is not running and never will.
  virtual ~Cursor() = default;
  /// The records after the last ones given, oldest first, as many as fit both bounds and always one if there is one;
  /// empty when there is none yet. What is given stays in the stream until acknowledged.
  virtual std::vector<Record> read(std::size_t most_records, std::size_t most_bytes) = 0;
  /// All that was read so far is done and is never given again.
  virtual void acknowledge() = 0;
  /// Calls `then` once, when read() has something to give: at once if it has now, else from a thread that appends.
  /// The stream is locked meanwhile, so `then` hands over to the exporter's thread and does not call the stream. A
  /// second call takes the place of the first.
  virtual void when_available(std::function<void()> then) = 0;
};

struct CursorStats {
  std::string exporter;
  std::uint64_t lag_records = 0;   ///< in the stream and not acknowledged
  std::uint64_t lag_bytes = 0;     ///< Record::size() of these
  std::uint64_t lost_records = 0;  ///< overwritten, or found damaged or gone, before this exporter had read them
};

/// All that is counted is counted from this start on, with the losses that it found itself.
struct Stats {
  std::uint64_t appended = 0;  ///< taken in
  std::uint64_t rejected = 0;  ///< not taken in: it or its disk was full, its disk slow, or the record larger than it
  std::uint64_t overrun = 0;   ///< of these, what came faster than its disk took it
  std::uint64_t unwanted = 0;  ///< dropped at once: no cursor is open for their destination
  std::uint64_t waiting = 0;   ///< bytes of records that wait for the disk, and that no cursor sees yet
  std::uint64_t bytes = 0;     ///< what it takes up, of at most max_bytes
  std::uint64_t max_bytes = 0;
  std::string trouble = {};  ///< why its disk takes nothing now, and what to do; empty while it does
  std::vector<CursorStats> cursors = {};
};

class Stream {
 public:
  virtual ~Stream() = default;
  /// Takes records in, in order. Never waits for an exporter. Safe from any thread.
  virtual void append(std::vector<Record> records) = 0;
  /// The cursor of the exporter of that name; it sees the records for `destination`. Cursors are opened before the
  /// first append and die before the stream. Throws std::invalid_argument when the name has a cursor already.
  virtual std::unique_ptr<Cursor> open_cursor(std::string_view exporter, Destination destination) = 0;
  /// Safe from any thread.
  virtual Stats stats() const = 0;
  /// A UUID, for ever the same for one stream: with Record::number it names a record in all the world.
  virtual const std::string& id() const = 0;
};

/// Records in memory alone, at most `max_bytes` of them by Record::size(); a restart loses them.
std::unique_ptr<Stream> make_memory_stream(std::size_t max_bytes, OnFull);

}  // namespace m2c2::stream
