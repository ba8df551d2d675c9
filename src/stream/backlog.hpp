// The log with its exporters' lanes: what is full, what may go, what each still has before it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "stream/lane.hpp"
#include "stream/log.hpp"
#include "stream/stream.hpp"

namespace m2c2::stream {

struct BacklogOptions {
  std::uint64_t max_bytes = 0;
  OnFull on_full = OnFull::overwrite_oldest;
  std::uint64_t segment_bytes = 0;
};

/// One thread writes (store, tidy, retry_readers, forget_unopened), and one for each lane reads; they never wait for
/// each other's disk. The errors of make_file_stream().
class Backlog {
 public:
  static Result<std::unique_ptr<Backlog>> open(std::unique_ptr<disk::Folder>, BacklogOptions);

  /// Settles some of the records, at least the first: they are durable, or rejected. How many; after an error none is.
  Result<std::size_t> store(std::span<const Record>);
  /// Gives the disk back what no lane needs any more.
  void tidy();
  /// Lets each reader that could not read try again, a pause after this was first called for it. When the next one is
  /// due, if one still waits.
  std::optional<SteadyTime> retry_readers(SteadyTime now, Duration pause);
  /// What the exporters that are not opened by now had before them no longer counts.
  void forget_unopened();

  /// The lane lives as long as the backlog. Throws std::invalid_argument for a name that is open or no name.
  Lane& open_lane(std::string_view exporter, Destination);
  void close(Lane&);
  std::vector<Record> read(Lane&, Bounds);
  void acknowledge(Lane&);
  void when_available(Lane&, std::function<void()> then);

  /// Whether there is something to tidy() up.
  bool has_something_to_drop() const;
  /// Whether a reader could not read, and retry_readers() does not know of it.
  bool has_failed_reader() const;
  const StreamId& id() const { return log_.id(); }
  void tell(Stats&) const;

 private:
  Backlog(std::unique_ptr<disk::Folder> folder, Log log, BacklogOptions options)
      : folder_{std::move(folder)}, log_{std::move(log)}, options_{options}, index_{log_.index()} {}

  using Known = std::list<std::pair<std::string, std::optional<CursorSlot>>>;
  static Result<Known> read_cursors(const disk::Folder&);
  void remember(const Known&);
  bool can_ever_take(const Record&) const;
  Result<std::uint64_t> make_room(std::uint64_t need);
  bool drop_oldest_if_allowed(bool anyway);
  void drop_oldest();
  Result<> roll();
  void sweep();
  bool is_needed(const Segment& next) const;
  bool has_unread(const Lane&) const;
  void announce();
  std::optional<Stretch> next_stretch(Lane&, std::uint64_t& moved);
  bool settle(Lane&, std::uint64_t moved, LaneReader::Taken&, bool is_given);
  void store_place(Lane&, const Place&);
  static void warn_of(const Lane& forgotten, Count lag);

  std::unique_ptr<disk::Folder> folder_;
  Log log_;  ///< for the writer's thread
  const BacklogOptions options_;
  bool is_sweep_told_ = false;
  mutable std::mutex mutex_;  ///< over all below
  Index index_;               ///< what of the log the readers may read
  std::list<Lane> lanes_;
  std::uint64_t appended_ = 0;
  std::uint64_t rejected_ = 0;
  std::set<std::string> damages_;  ///< told to the log already
};

}  // namespace m2c2::stream
