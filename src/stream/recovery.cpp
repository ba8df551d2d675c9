// Recovery: headers, then the last segment's records one by one.
// SPDX-License-Identifier: Apache-2.0
#include "stream/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "log/log.hpp"
#include "stream/segment_reader.hpp"

namespace m2c2::stream {
namespace {

constexpr std::uint64_t kNoNumber = std::numeric_limits<std::uint64_t>::max();

class Recovery {
 public:
  explicit Recovery(disk::Folder& folder) : folder_{folder} {}

  Result<Recovered> run() {
    auto names = folder_.list();
    if (!names) return std::unexpected{std::move(names.error())};
    for (const std::string& name : *names)
      if (auto added = add(name); !added) return std::unexpected{std::move(added.error())};
    if (!found_.index.segments.empty())
      if (auto scanned = scan_last(); !scanned) return std::unexpected{std::move(scanned.error())};
    settle_numbers();
    for (const Segment& segment : found_.index.segments) found_.index.bytes += segment.bytes;
    return std::move(found_);
  }

 private:
  Result<> add(const std::string& name);
  Result<> take(const std::string& name, const SegmentFile& file);
  void give_up(const std::string& name, const SegmentFile& file);
  Result<> scan_last();
  Result<> end_last(SegmentReader::Step why, const SegmentReader& reader);
  void count(const SegmentReader& reader, SegmentReader::Step step);
  void settle_numbers();
  std::string path(const std::string& name) const { return folder_.name() + "/" + name; }

  disk::Folder& folder_;
  Recovered found_;
  std::uint64_t last_ends_before_ = kNoNumber;  ///< the number that a useless segment after the last one began with
  std::uint64_t never_below_ = 0;               ///< numbers that useless segments may have given
};

Result<> Recovery::add(const std::string& name) {
  const auto first = parse_segment_name(name);
  if (!first) return {};
  const auto file = folder_.open_to_read(name);
  if (!file) return std::unexpected{file.error()};
  const auto segment = look_at(**file, *first);
  if (!segment) return std::unexpected{segment.error()};
  return take(name, *segment);
}

Result<> Recovery::take(const std::string& name, const SegmentFile& file) {
  auto& segments = found_.index.segments;
  if (!file.header && file.header.error() == HeaderFault::newer_version)
    return fail(std::make_error_code(std::errc::not_supported),
                fmt::format("{} was written by a newer m2c2; start that one, or give this one a folder of its own",
                            path(name)));
  if (!file.header) {
    give_up(name, file);
    return {};
  }
  if (!segments.empty() && segments.front().header.id != file.header->id)
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("{} belongs to another stream ({}) than the files before it ({}); move it elsewhere",
                            path(name), to_text(file.header->id), to_text(segments.front().header.id)));
  if (file.is_mended)
    log::warning(fmt::format("stream: a bit of the header of {} is flipped; read as it was written", path(name)));
  segments.push_back({*file.header, file.bytes});
  last_ends_before_ = kNoNumber;
  never_below_ = 0;
  return {};
}

/// A file that was created and not synced looks like this after a power cut, and so does a damaged one.
void Recovery::give_up(const std::string& name, const SegmentFile& file) {
  log::warning(fmt::format("stream: {} has no valid header; removed, with its {} bytes", path(name), file.bytes));
  found_.useless.push_back(name);
  last_ends_before_ = std::min(last_ends_before_, file.first);
  const std::uint64_t records = file.bytes / (kFrameBytes + kLeastBodyBytes);
  never_below_ = std::max(never_below_, file.first + (file.bytes > kHeaderBytes ? records : 0));
}

Result<> Recovery::scan_last() {
  const Segment& last = found_.index.segments.back();
  const std::string name = segment_name(last.header.first);
  auto to_read = folder_.open_to_read(name);
  auto to_write = folder_.open(name);
  if (!to_read) return std::unexpected{to_read.error()};
  if (!to_write) return std::unexpected{to_write.error()};
  found_.last = std::move(*to_write);
  found_.index.end = last.header.first;
  found_.index.totals = last.header.totals;

  SegmentReader reader{std::move(*to_read), last.header.seed, {last.header.first, kHeaderBytes}};
  reader.set_end({last_ends_before_, last.bytes});
  auto step = reader.look();
  for (; step == SegmentReader::Step::record || step == SegmentReader::Step::damaged; step = reader.look()) {
    count(reader, step);
    reader.pass();
  }
  found_.index.end = reader.spot().number;
  return end_last(step, reader);
}

/// A damaged record counts for what it seems to be, so that cursors on both sides of it count alike.
void Recovery::count(const SegmentReader& reader, SegmentReader::Step step) {
  const auto summary = decode_summary(reader.frame());
  if (summary) found_.index.totals.add(summary->to_topic, summary->to_stream, summary->size);
  else found_.index.totals.add(true, true, 0);
  if (step == SegmentReader::Step::damaged)
    log::warning(fmt::format("stream: record {} in {} is damaged and lost", reader.spot().number,
                             path(segment_name(found_.index.segments.back().header.first))));
}

/// What follows the last whole record is cut off; what stands before it is made durable, for the process that wrote it
/// may have been killed before its sync.
Result<> Recovery::end_last(SegmentReader::Step why, const SegmentReader& reader) {
  Segment& last = found_.index.segments.back();
  const std::uint64_t torn = last.bytes - reader.spot().offset;
  const std::string name = segment_name(last.header.first);
  last.bytes = reader.spot().offset;
  if (why == SegmentReader::Step::failed) {
    log::warning(fmt::format("stream: {}; its last {} bytes are lost", reader.error().text, torn));
    never_below_ = std::max(never_below_, reader.spot().number + torn / (kFrameBytes + kLeastBodyBytes));
    found_.numbers_known = false;
    return {};
  }
  if (torn > 0) {
    log::warning(fmt::format("stream: cut off the last {} bytes of {}: no whole record", torn, path(name)));
    if (auto cut = found_.last->truncate(last.bytes); !cut) return cut;
  }
  return found_.last->sync();
}

void Recovery::settle_numbers() {
  if (never_below_ <= found_.index.end) return;
  found_.index.end = never_below_;
  found_.numbers_known = false;
}

}  // namespace

Result<SegmentFile> look_at(const disk::File& file, std::uint64_t first) {
  const auto bytes = file.size();
  if (!bytes) return std::unexpected{bytes.error()};
  std::array<std::byte, kHeaderBytes> begin{};
  const auto read = file.read(0, begin);
  if (!read) return std::unexpected{read.error()};
  SegmentFile found{first, *bytes, decode_header(ByteView{begin}.first(*read))};
  if (!found.header && found.header.error() == HeaderFault::damaged) {
    const auto mended = decode_mended_header(ByteView{begin}.first(*read));
    if (mended && mended->first == first) found = {first, *bytes, *mended, true};
  }
  if (found.header && found.header->first != first) found.header = std::unexpected{HeaderFault::damaged};
  return found;
}

Result<Recovered> recover(disk::Folder& folder) { return Recovery{folder}.run(); }

}  // namespace m2c2::stream
