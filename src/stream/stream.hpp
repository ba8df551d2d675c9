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

/// One exporter's place in the stream. All calls on the exporter's thread.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// The records after the last ones given, oldest first, as many as fit both bounds and always one if there is one;
  /// empty when there is none yet. What is given stays in the stream until acknowledged.
  virtual std::vector<Record> read(std::size_t most_records, std::size_t most_bytes) = 0;
  /// All that was read so far is done and is never given again.
  virtual void acknowledge() = 0;
  /// Calls `then` once, from the appending thread, when read() has something to give (maybe at once).
  virtual void when_available(std::function<void()> then) = 0;
};

struct CursorStats {
  std::string exporter;
  std::uint64_t lag_records = 0;   ///< appended and not acknowledged
  std::uint64_t lag_bytes = 0;
  std::uint64_t lost_records = 0;  ///< overwritten before this exporter had acknowledged them
};

struct Stats {
  std::uint64_t appended = 0;
  std::uint64_t rejected = 0;  ///< not taken in: the stream was full
  std::vector<CursorStats> cursors;
};

class Stream {
 public:
  virtual ~Stream() = default;
  /// Takes records in, in order. Never waits for an exporter. Safe from any thread.
  virtual void append(std::vector<Record> records) = 0;
  /// The cursor of the exporter of that name. Cursors are opened before the first append and die before the stream.
  virtual std::unique_ptr<Cursor> open_cursor(std::string_view exporter) = 0;
  virtual Stats stats() const = 0;
};

/// Records in memory alone, at most `max_bytes`; a restart loses them.
std::unique_ptr<Stream> make_memory_stream(std::size_t max_bytes, OnFull);

}  // namespace m2c2::stream
