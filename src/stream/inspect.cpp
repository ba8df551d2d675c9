// Inspection by the segment codec. A file that is removed meanwhile is none.
// SPDX-License-Identifier: Apache-2.0
#include "stream/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "stream/lane.hpp"
#include "stream/recovery.hpp"
#include "stream/segment_reader.hpp"

namespace m2c2::stream {
namespace {

using Step = SegmentReader::Step;
constexpr std::uint64_t kNoNumber = std::numeric_limits<std::uint64_t>::max();

struct Opened {
  SegmentFile segment;
  std::unique_ptr<disk::File> file;
};

bool is_gone(const Error& error) { return error.code == std::errc::no_such_file_or_directory; }

Result<std::vector<Opened>> open_segments(const disk::Folder& folder, std::uint64_t from) {
  const auto names = folder.list();
  if (!names) return std::unexpected{names.error()};
  std::vector<Opened> found;
  for (const std::string& name : *names) {
    const auto first = parse_segment_name(name);
    if (!first) continue;
    if (*first <= from) found.clear();
    auto file = folder.open_to_read(name);
    if (!file && is_gone(file.error())) continue;
    if (!file) return std::unexpected{std::move(file.error())};
    const auto segment = look_at(**file, *first);
    if (!segment) return std::unexpected{segment.error()};
    if (!segment->header && segment->header.error() == HeaderFault::newer_version)
      return fail(std::make_error_code(std::errc::not_supported),
                  fmt::format("{}/{} was written by a newer m2c2; look at it with that one", folder.name(), name));
    found.push_back({*segment, std::move(*file)});
  }
  return found;
}

/// Reads a segment through; the totals at its end.
Totals scan(Opened opened, SegmentView& view, std::uint64_t& end) {
  const SegmentHeader header = *opened.segment.header;
  SegmentReader reader{std::move(opened.file), header.seed, {header.first, kHeaderBytes}};
  reader.set_end({kNoNumber, opened.segment.bytes});
  Totals totals = header.totals;
  std::uint64_t whole = 0, damaged = 0;
  Step step = reader.look();
  for (; step == Step::record || step == Step::damaged; step = reader.look()) {
    const auto summary = decode_summary(reader.frame()).value_or(Summary{true, true, 0});
    totals.add(summary.to_topic, summary.to_stream, summary.size);
    ++(step == Step::record ? whole : damaged);
    reader.pass();
  }
  end = reader.spot().number;
  view.records = whole;
  if (damaged > 0) view.damage = fmt::format("{} damaged records", damaged);
  if (step == Step::failed) view.damage = reader.error().text;
  else if (step == Step::rest_damaged)
    view.damage += fmt::format("{}no whole record in its last {} bytes", damaged > 0 ? "; " : "",
                               opened.segment.bytes - reader.spot().offset);
  return totals;
}

SegmentView view_of(const SegmentFile& file) {
  SegmentView view{segment_name(file.first), file.bytes, file.first, {}, {}};
  if (!file.header) view.damage = "no valid header";
  return view;
}

/// As the exporter would find itself after a restart: what was overwritten since its place was stored is lost to it.
CursorView view_of(std::string exporter, const Result<std::optional<CursorSlot>>& slot, const Index& index) {
  CursorView view;
  view.exporter = std::move(exporter);
  if (!slot || !*slot) {
    view.damage = slot ? "both slots are damaged" : slot.error().text;
    return view;
  }
  const CursorMark& mark = (*slot)->mark;
  const Place place = index.segments.empty() ? mark.place : restore(index, mark.destination, mark.place);
  const Count lag = index.totals.of(mark.destination).without(place.passed);
  view.destination = mark.destination;
  view.number = place.number;
  view.lag_records = lag.records;
  view.lag_bytes = lag.bytes;
  view.lost_records = place.lost;
  return view;
}

/// The segments but the last are as long as the next one says.
Index view_segments(std::vector<Opened> segments, StreamView& view) {
  Index index;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentFile& file = segments[i].segment;
    SegmentView& segment = view.segments.emplace_back(view_of(file));
    if (!file.header) continue;
    view.id = to_text(file.header->id);
    index.segments.push_back({*file.header, file.bytes});
    const bool is_last = std::ranges::none_of(segments.begin() + static_cast<std::ptrdiff_t>(i) + 1, segments.end(),
                                              [](const Opened& o) { return o.segment.header.has_value(); });
    if (is_last) index.totals = scan(std::move(segments[i]), segment, view.end);
    else if (segments[i + 1].segment.header) segment.records = segments[i + 1].segment.first - file.first;
  }
  index.end = view.end;
  return index;
}

}  // namespace

Result<StreamView> inspect(const disk::Folder& folder) {
  const auto names = folder.list();
  if (!names) return std::unexpected{names.error()};
  std::vector<std::pair<std::string, Result<std::optional<CursorSlot>>>> slots;  // first, so that none is ahead
  for (const std::string& name : *names)
    if (const auto exporter = parse_cursor_name(name))
      slots.emplace_back(*exporter, read_cursor_file(folder, *exporter));
  auto segments = open_segments(folder, 0);
  if (!segments) return std::unexpected{std::move(segments.error())};
  StreamView view;
  const Index index = view_segments(std::move(*segments), view);
  for (auto& [exporter, slot] : slots)
    if (slot || !is_gone(slot.error())) view.cursors.push_back(view_of(std::move(exporter), slot, index));
  return view;
}

namespace {

/// Whether to go on with the next segment.
bool read_segment(Opened opened, std::uint64_t from, std::uint64_t end, const std::function<bool(Finding)>& take) {
  const SegmentFile& segment = opened.segment;
  if (!segment.header) return take({segment.first, {}, segment_name(segment.first) + " has no valid header"});
  SegmentReader reader{std::move(opened.file), segment.header->seed, {segment.first, kHeaderBytes}};
  reader.set_end({end, segment.bytes});
  for (;; reader.pass()) {
    const Step step = reader.look();
    const std::uint64_t number = reader.spot().number;
    if (step == Step::end) return true;
    if (step == Step::failed) return take({number, {}, reader.error().text});
    if (step == Step::rest_damaged)
      return take({number,
                   {},
                   fmt::format("no whole record in the last {} bytes of {}", segment.bytes - reader.spot().offset,
                               segment_name(segment.first))});
    if (number < from) continue;
    if (step == Step::damaged && !take({number, {}, "damaged"})) return false;
    if (step == Step::record && !take({number, decode_record(reader.frame(), number), {}})) return false;
  }
}

}  // namespace

Result<> read_records(const disk::Folder& folder, std::uint64_t from, const std::function<bool(Finding)>& take) {
  auto segments = open_segments(folder, from);
  if (!segments) return std::unexpected{std::move(segments.error())};
  for (std::size_t i = 0; i < segments->size(); ++i) {
    const std::uint64_t end = i + 1 < segments->size() ? (*segments)[i + 1].segment.first : kNoNumber;
    if (!read_segment(std::move((*segments)[i]), from, end, take)) break;
  }
  return {};
}

}  // namespace m2c2::stream
