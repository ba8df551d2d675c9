// What lies before one exporter: its places in the log, and reading from there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "stream/cursor_file.hpp"
#include "stream/log.hpp"
#include "stream/segment_reader.hpp"

namespace m2c2::stream {

/// Where the segment begins, for an exporter of that destination.
Place begin_of(const Segment&, Destination);
/// After the last record.
Place end_of(const Index&, Destination);
/// From one place to a later one; what the exporter did not pass on the way is lost to it.
void move_on(Place& place, const Place& to);
/// The place of an exporter that comes back, or comes for the first time.
Place restore(const Index&, Destination, const std::optional<Place>&);

/// What can be read from one segment's file.
struct Stretch {
  Place from;
  std::uint32_t seed = 0;
  Spot end;
  Place next;  ///< the place behind it
};
Stretch stretch_at(const Index&, Destination, const Place&);

struct Bounds {
  std::size_t most_records = 0;
  std::size_t most_bytes = 0;
};

/// Keeps the file of the segment it reads open, and what it read ahead. For the exporter's thread.
class LaneReader {
 public:
  enum class Stop { passed, full, failed };
  struct Taken {
    Place place;
    Stop stop = Stop::passed;
    Error error;                       ///< why it failed
    std::vector<std::string> damages;  ///< a line for each
  };

  LaneReader(const disk::Folder& folder, Destination destination) : folder_{&folder}, destination_{destination} {}

  /// Appends what is for the destination to `records`, as many as fit both bounds and one at the least.
  Taken take(const Stretch&, Bounds, std::vector<Record>& records);

 private:
  Result<> stand_at(const Stretch&);
  Stop read_on(const Stretch&, Bounds left, std::vector<Record>& records, Taken&);
  bool take_record(Bounds& left, std::vector<Record>& records, Place&);
  std::string damage(const Stretch&, std::string_view what) const;

  const disk::Folder* folder_;
  Destination destination_;
  std::unique_ptr<SegmentReader> reader_;
  std::uint64_t segment_ = 0;  ///< the one it reads
};

struct Lane {
  Lane(disk::Folder& folder, std::string name, Destination to, const std::optional<CursorSlot>& known)
      : exporter{std::move(name)}, destination{to}, file{folder, exporter, known}, reader{folder, to} {}

  std::string exporter;
  Destination destination;
  CursorFile file;    ///< for the exporter's thread, as is
  LaneReader reader;  ///< this one; all below is under the backlog's lock
  bool was_opened = false;
  bool is_open = false;
  Place acknowledged;
  Place read;
  bool is_given = false;                    ///< something was read since the last acknowledgement
  std::uint64_t moved = 0;                  ///< how often `read` was moved by someone else than its reader
  bool is_stalled = false;                  ///< its reader could not read, and tries again when told
  std::optional<SteadyTime> stalled_until;  ///< none while the writer does not know of it
  bool is_told = false;                     ///< to the log: its place could not be stored
  std::uint64_t lost_before = 0;            ///< of what is lost to it: known before this start
  std::function<void()> on_available;
};

}  // namespace m2c2::stream
