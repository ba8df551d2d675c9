// The writer's side of the backlog: opening, storing, dropping.
// SPDX-License-Identifier: Apache-2.0
#include "stream/backlog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/log.hpp"

namespace m2c2::stream {

Result<std::unique_ptr<Backlog>> Backlog::open(std::unique_ptr<disk::Folder> folder, BacklogOptions options) {
  if (auto locked = folder->lock(); !locked) return std::unexpected{std::move(locked.error())};
  auto known = read_cursors(*folder);
  if (!known) return std::unexpected{std::move(known.error())};
  std::vector<Mark> marks;
  for (const auto& [exporter, slot] : *known)
    if (slot)
      marks.push_back({slot->mark.id, slot->mark.place.number, slot->mark.destination, slot->mark.place.passed});
  auto log = Log::open(*folder, options.segment_bytes, marks);
  if (!log) return std::unexpected{std::move(log.error())};
  std::unique_ptr<Backlog> backlog{new Backlog{std::move(folder), std::move(*log), options}};
  backlog->remember(*known);
  return backlog;
}

/// The exporters that have a file, with what it says where it says something.
Result<Backlog::Known> Backlog::read_cursors(const disk::Folder& folder) {
  auto names = folder.list();
  if (!names) return std::unexpected{std::move(names.error())};
  Known known;
  for (const std::string& name : *names) {
    const auto exporter = parse_cursor_name(name);
    if (!exporter) continue;
    auto slot = read_cursor_file(folder, *exporter);
    if (!slot && slot.error().code != std::errc::io_error) return std::unexpected{std::move(slot.error())};
    if (!slot || !*slot)
      log::warning(fmt::format("stream: {}/{} is damaged; {} begins again at the oldest record", folder.name(), name,
                               *exporter));
    known.emplace_back(*exporter, slot.value_or(std::nullopt));
  }
  return known;
}

/// A lane for each that may still come; one whose place cannot be told is new when it comes.
void Backlog::remember(const Known& known) {
  for (const auto& [exporter, slot] : known) {
    if (!slot) continue;
    if (slot->mark.id != id()) {
      log::warning(fmt::format("stream: {}/{} is of another stream; {} begins at the oldest record", folder_->name(),
                               cursor_name(exporter), exporter));
      continue;
    }
    Lane& lane = lanes_.emplace_back(*folder_, exporter, slot->mark.destination, slot);
    lane.lost_before = slot->mark.place.lost;
    lane.acknowledged = lane.read = restore(index_, lane.destination, slot->mark.place);
  }
}

bool Backlog::can_ever_take(const Record& record) const {
  const std::size_t size = frame_size(record);
  return size - kFrameBytes <= kMostBodyBytes && size + 2 * kHeaderBytes <= options_.max_bytes;
}

Result<std::size_t> Backlog::store(std::span<const Record> records) {
  const auto room = can_ever_take(records.front()) ? make_room(frame_size(records.front()) + kHeaderBytes) : 0;
  if (!room) return std::unexpected{room.error()};
  if (*room == 0) {
    const std::lock_guard lock{mutex_};
    ++rejected_;
    return 1;
  }
  auto stored = log_.append(records, *room);
  const std::lock_guard lock{mutex_};
  index_ = log_.index();
  if (!stored) return stored;
  appended_ += *stored;
  announce();
  return stored;
}

/// How much fits: at least `need`, or nothing.
Result<std::uint64_t> Backlog::make_room(std::uint64_t need) {
  const bool anyway = options_.on_full == OnFull::overwrite_oldest;
  bool dropped = false;
  while (log_.index().bytes + need > options_.max_bytes) {
    if (log_.index().segments.size() == 1)
      if (auto rolled = roll(); !rolled) return std::unexpected{rolled.error()};
    if (!drop_oldest_if_allowed(anyway)) return 0;
    dropped = true;
  }
  if (dropped) sweep();
  return options_.max_bytes - log_.index().bytes;
}

/// So that the only segment can be dropped; not where it may not be.
Result<> Backlog::roll() {
  {
    const std::lock_guard lock{mutex_};
    const Segment end{{log_.id(), index_.end, index_.totals}, 0};
    if (options_.on_full == OnFull::reject_new && is_needed(end)) return {};
  }
  return log_.roll();
}

bool Backlog::drop_oldest_if_allowed(bool anyway) {
  const std::lock_guard lock{mutex_};
  const auto& segments = log_.index().segments;
  if (segments.size() == 1 || (!anyway && is_needed(segments[1]))) return false;
  drop_oldest();
  return true;
}

/// What comes before `next` holds something that an exporter has not acknowledged.
bool Backlog::is_needed(const Segment& next) const {
  return std::ranges::any_of(lanes_, [&](const Lane& lane) {
    return next.header.totals.of(lane.destination).records > lane.acknowledged.passed.records;
  });
}

/// What an exporter has in its hands already is lost to it only if it never acknowledges that: so the place it would go
/// back to counts it as lost, and the one it has read up to does not.
void Backlog::drop_oldest() {
  const Segment next = log_.index().segments[1];
  for (Lane& lane : lanes_) {
    const Place begin = begin_of(next, lane.destination);
    if (lane.acknowledged.segment < begin.segment) move_on(lane.acknowledged, begin);
    if (lane.read.segment < begin.segment) {
      move_on(lane.read, begin);
      ++lane.moved;
    }
  }
  log_.drop_oldest();
  index_ = log_.index();
}

void Backlog::sweep() {
  const auto swept = log_.sweep();
  if (!swept && !is_sweep_told_)
    log::warning(fmt::format("stream: {}; it takes up room on the disk until it can be removed", swept.error().text));
  is_sweep_told_ = !swept;
}

void Backlog::tidy() {
  while (drop_oldest_if_allowed(false)) {
  }
  sweep();
}

/// Never at once: what a reader lacks, such as a descriptor, is lacking still when it only just failed.
std::optional<SteadyTime> Backlog::retry_readers(SteadyTime now, Duration pause) {
  std::optional<SteadyTime> next;
  const std::lock_guard lock{mutex_};
  for (Lane& lane : lanes_) {
    if (!lane.is_stalled) continue;
    if (!lane.stalled_until) lane.stalled_until = now + pause;
    lane.is_stalled = now < *lane.stalled_until;
    if (lane.is_stalled) next = std::min(next.value_or(SteadyTime::max()), *lane.stalled_until);
    else lane.stalled_until.reset();
  }
  announce();
  return next;
}

void Backlog::forget_unopened() {
  std::vector<std::string> files;
  {
    const std::lock_guard lock{mutex_};
    for (const Lane& lane : lanes_) {
      if (lane.was_opened) continue;
      warn_of(lane, index_.totals.of(lane.destination).without(lane.acknowledged.passed));
      files.push_back(cursor_name(lane.exporter));
    }
    lanes_.remove_if([](const Lane& lane) { return !lane.was_opened; });
  }
  if (files.empty()) return;
  for (const std::string& file : files)
    if (const auto removed = folder_->remove(file); !removed) log::warning("stream: " + removed.error().text);
  if (const auto synced = folder_->sync(); !synced) log::warning("stream: " + synced.error().text);
}

void Backlog::warn_of(const Lane& forgotten, Count lag) {
  log::warning(
      fmt::format("stream: exporter {} is no longer there; forgotten, with {} records ({} bytes) not delivered to it",
                  forgotten.exporter, lag.records, lag.bytes));
}

bool Backlog::has_something_to_drop() const {
  const std::lock_guard lock{mutex_};
  return index_.segments.size() > 1 && !is_needed(index_.segments[1]);
}

}  // namespace m2c2::stream
