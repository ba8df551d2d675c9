// Places, and reading a stretch of a segment for one destination.
// SPDX-License-Identifier: Apache-2.0
#include "stream/lane.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace m2c2::stream {
namespace {

/// The first segment that begins after `number`.
auto after(const Index& index, std::uint64_t number) {
  return std::ranges::upper_bound(index.segments, number, {}, [](const Segment& s) { return s.header.first; });
}

std::size_t size_of(const std::vector<Record>& records) {
  std::size_t bytes = 0;
  for (const Record& record : records) bytes += record.size();
  return bytes;
}

}  // namespace

Place begin_of(const Segment& segment, Destination to) {
  return {segment.header.first, segment.header.first, kHeaderBytes, segment.header.totals.of(to), 0};
}

Place end_of(const Index& index, Destination to) {
  const Segment& last = index.segments.back();
  return {index.end, last.header.first, last.bytes, index.totals.of(to), 0};
}

void move_on(Place& place, const Place& to) {
  const std::uint64_t lost = place.lost + to.passed.without(place.passed).records;
  place = to;
  place.lost = lost;
}

Place restore(const Index& index, Destination to, const std::optional<Place>& known) {
  if (!known) return begin_of(index.segments.front(), to);
  Place place = *known;
  const auto next = after(index, place.number);
  if (next == index.segments.begin()) {  // what it stood in is gone
    move_on(place, begin_of(*next, to));
  } else if (const auto& here = *std::prev(next); here.header.first != place.segment || place.offset > here.bytes) {
    if (here.header.first >= place.number) move_on(place, begin_of(here, to));
    else if (next != index.segments.end()) move_on(place, begin_of(*next, to));
    else move_on(place, end_of(index, to));
  }
  return place;
}

Stretch stretch_at(const Index& index, Destination to, const Place& place) {
  const auto next =
      std::ranges::upper_bound(index.segments, place.segment, {}, [](const Segment& s) { return s.header.first; });
  const Segment& here = *std::prev(next);
  if (next == index.segments.end()) return {place, here.header.seed, {index.end, here.bytes}, end_of(index, to)};
  return {place, here.header.seed, {next->header.first, here.bytes}, begin_of(*next, to)};
}

LaneReader::Taken LaneReader::take(const Stretch& stretch, Bounds bounds, std::vector<Record>& records) {
  Taken taken{stretch.from, Stop::passed, {}, {}};
  if (stretch.next.passed.records > stretch.from.passed.records) {  // else there is nothing for it in there
    if (auto standing = stand_at(stretch); !standing) {
      taken.error = std::move(standing.error());
      taken.stop = Stop::failed;
    } else {
      taken.stop = read_on(stretch, bounds, records, taken);
    }
    // A file that is not there, or not readable, stays so; the rest may be better next time.
    if (taken.error.code == std::errc::no_such_file_or_directory || taken.error.code == std::errc::io_error) {
      taken.damages.push_back(damage(stretch, taken.error.text));
      taken.stop = Stop::passed;
    }
  }
  if (taken.stop == Stop::passed) move_on(taken.place, stretch.next);
  return taken;
}

Result<> LaneReader::stand_at(const Stretch& stretch) {
  const Spot from{stretch.from.number, stretch.from.offset};
  if (!reader_ || segment_ != stretch.from.segment || reader_->spot() != from) {
    reader_.reset();
    auto file = folder_->open_to_read(segment_name(stretch.from.segment));
    if (!file) return std::unexpected{std::move(file.error())};
    reader_ = std::make_unique<SegmentReader>(std::move(*file), stretch.seed, from);
    segment_ = stretch.from.segment;
  }
  reader_->set_end(stretch.end);
  return {};
}

LaneReader::Stop LaneReader::read_on(const Stretch& stretch, Bounds left, std::vector<Record>& records, Taken& taken) {
  left.most_bytes -= std::min(left.most_bytes, size_of(records));
  for (;;) {
    switch (reader_->look()) {
      case SegmentReader::Step::record:
        if (!take_record(left, records, taken.place)) return Stop::full;
        break;
      case SegmentReader::Step::damaged:
        taken.damages.push_back(damage(stretch, "is damaged and lost"));
        break;
      case SegmentReader::Step::rest_damaged:
        if (stretch.next.passed.records > taken.place.passed.records)
          taken.damages.push_back(damage(stretch, "and all after it in the file are damaged and lost"));
        return Stop::passed;
      case SegmentReader::Step::failed:
        taken.error = reader_->error();
        return Stop::failed;
      case SegmentReader::Step::end:
        return Stop::passed;
    }
    reader_->pass();
    taken.place.number = reader_->spot().number;
    taken.place.offset = reader_->spot().offset;
  }
}

/// Whether it is taken, or for another destination.
bool LaneReader::take_record(Bounds& left, std::vector<Record>& records, Place& place) {
  const auto summary = *decode_summary(reader_->frame());
  if (!summary.is_for(destination_)) return true;
  if (!records.empty() && (records.size() >= left.most_records || summary.size > left.most_bytes)) return false;
  records.push_back(*decode_record(reader_->frame(), reader_->spot().number));
  left.most_bytes -= std::min(left.most_bytes, summary.size);
  place.passed = {place.passed.records + 1, place.passed.bytes + summary.size};
  return true;
}

std::string LaneReader::damage(const Stretch& stretch, std::string_view what) const {
  const std::uint64_t number = reader_ ? reader_->spot().number : stretch.from.number;
  return fmt::format("stream: record {} in {}/{}: {}", number, folder_->name(), segment_name(stretch.from.segment),
                     what);
}

}  // namespace m2c2::stream
