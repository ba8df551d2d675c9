// The exporters' side of the backlog: opening, reading, acknowledging.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "log/log.hpp"
#include "stream/backlog.hpp"

namespace m2c2::stream {

Lane& Backlog::open_lane(std::string_view exporter, Destination destination) {
  if (!is_cursor_name(exporter))
    throw std::invalid_argument{
        fmt::format("the exporter \"{}\" cannot keep its place; name it with letters a to z, digits and -", exporter)};
  Lane* lane = nullptr;
  {
    const std::lock_guard lock{mutex_};
    auto found = std::ranges::find(lanes_, exporter, &Lane::exporter);
    if (found != lanes_.end() && found->is_open)
      throw std::invalid_argument{fmt::format("two exporters are named {}; give each its own name", exporter)};
    if (found != lanes_.end() && found->destination != destination) {
      log::warning(fmt::format("stream: {} now reads other records than before; it begins at the oldest", exporter));
      lanes_.erase(found);
      found = lanes_.end();
    }
    if (found == lanes_.end()) {
      found = lanes_.emplace(found, *folder_, std::string{exporter}, destination, std::nullopt);
      found->acknowledged = restore(index_, destination, std::nullopt);
    }
    lane = &*found;
    lane->is_open = lane->was_opened = true;
    lane->read = lane->acknowledged;
    lane->is_given = false;
  }
  store_place(*lane, lane->acknowledged);
  return *lane;
}

/// The place stays, for when it is opened again.
void Backlog::close(Lane& lane) {
  Place place;
  {
    const std::lock_guard lock{mutex_};
    lane.is_open = false;
    lane.on_available = nullptr;
    if (!lane.is_given) lane.acknowledged = lane.read;
    place = lane.acknowledged;
  }
  store_place(lane, place);
}

/// An exporter goes on without its file: after a restart it gets again what it got since.
void Backlog::store_place(Lane& lane, const Place& place) {
  const auto stored = lane.file.store({id(), lane.destination, place});
  if (!stored && !lane.is_told)
    log::warning(fmt::format("stream: the place of {} is not stored: {}; after a restart it gets records again",
                             lane.exporter, stored.error().text));
  lane.is_told = !stored;
}

/// By the totals, so that what is for others is no reason to read.
bool Backlog::has_unread(const Lane& lane) const {
  return !lane.is_stalled && index_.totals.of(lane.destination).records > lane.read.passed.records;
}

void Backlog::announce() {
  for (Lane& lane : lanes_)
    if (lane.on_available && has_unread(lane)) std::exchange(lane.on_available, nullptr)();
}

std::vector<Record> Backlog::read(Lane& lane, Bounds bounds) {
  std::vector<Record> records;
  std::uint64_t moved = 0;
  while (const auto stretch = next_stretch(lane, moved)) {
    const std::size_t before = records.size();
    auto taken = lane.reader.take(*stretch, bounds, records);
    const bool is_over = taken.stop != LaneReader::Stop::passed;
    if (!settle(lane, moved, taken, !records.empty())) records.resize(before);  // it was dropped meanwhile
    else if (is_over) break;
  }
  return records;
}

std::optional<Stretch> Backlog::next_stretch(Lane& lane, std::uint64_t& moved) {
  const std::lock_guard lock{mutex_};
  moved = lane.moved;
  if (has_unread(lane)) return stretch_at(index_, lane.destination, lane.read);
  if (!lane.is_given) lane.acknowledged = lane.read;
  return std::nullopt;
}

bool Backlog::settle(Lane& lane, std::uint64_t moved, LaneReader::Taken& taken, bool is_given) {
  const std::lock_guard lock{mutex_};
  if (lane.moved != moved) return false;
  lane.read = taken.place;
  lane.is_given = lane.is_given || is_given;
  if (taken.stop == LaneReader::Stop::failed) {
    lane.is_stalled = true;
    taken.damages.push_back(
        fmt::format("stream: {} cannot read on: {}; it tries again", lane.exporter, taken.error.text));
  }
  for (const std::string& damage : taken.damages)
    if (damages_.insert(damage).second) log::warning(damage);
  return true;
}

/// Only what is stored counts as acknowledged, and may be dropped for it: so a restart counts no loss that was none.
void Backlog::acknowledge(Lane& lane) {
  Place place;
  {
    const std::lock_guard lock{mutex_};
    place = lane.read;
  }
  store_place(lane, place);
  const std::lock_guard lock{mutex_};
  lane.acknowledged = lane.read;
  lane.is_given = false;
}

void Backlog::when_available(Lane& lane, std::function<void()> then) {
  const std::lock_guard lock{mutex_};
  lane.on_available = std::move(then);
  announce();
}

bool Backlog::has_failed_reader() const {
  const std::lock_guard lock{mutex_};
  return std::ranges::any_of(lanes_, [](const Lane& lane) { return lane.is_stalled && !lane.stalled_until; });
}

void Backlog::tell(Stats& stats) const {
  const std::lock_guard lock{mutex_};
  stats.appended += appended_;
  stats.rejected += rejected_;
  stats.bytes = index_.bytes;
  stats.max_bytes = options_.max_bytes;
  for (const Lane& lane : lanes_) {
    if (!lane.is_open) continue;
    const Count lag = index_.totals.of(lane.destination).without(lane.acknowledged.passed);
    stats.cursors.push_back({lane.exporter, lag.records, lag.bytes, lane.read.lost - lane.lost_before});
  }
}

}  // namespace m2c2::stream
