// Appending, rolling and dropping.
// SPDX-License-Identifier: Apache-2.0
#include "stream/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "log/log.hpp"
#include "stream/recovery.hpp"

namespace m2c2::stream {
namespace {

constexpr std::size_t kMostRunBytes = std::size_t{4} * 1024 * 1024;

}  // namespace

Result<Log> Log::open(disk::Folder& folder, std::uint64_t segment_bytes, std::span<const Mark> marks) {
  Log log{folder, segment_bytes};
  if (auto recovered = log.recover(); !recovered) return std::unexpected{recovered.error()};
  if (log.heed(marks) || log.index_.segments.empty())
    if (auto begun = log.roll(); !begun) return std::unexpected{begun.error()};
  return log;
}

Result<> Log::recover() {
  auto recovered = stream::recover(*folder_);
  if (!recovered) return std::unexpected{recovered.error()};
  index_ = std::move(recovered->index);
  file_ = std::move(recovered->last);
  dropped_ = std::move(recovered->useless);
  if (!index_.segments.empty()) id_ = index_.segments.front().header.id;
  if (!recovered->numbers_known) file_.reset();
  return sweep();
}

/// Whether the log has to begin a new segment, so that no number is given twice.
bool Log::heed(std::span<const Mark> marks) {
  if (index_.segments.empty()) id_ = marks.empty() ? *parse_stream_id(new_id()) : marks.front().id;
  const Index before = index_;
  for (const Mark& mark : marks) {
    if (mark.id != id_) continue;
    Count& total = mark.destination == Destination::topic ? index_.totals.topic : index_.totals.stream;
    index_.end = std::max(index_.end, mark.number);
    total = {std::max(total.records, mark.passed.records), std::max(total.bytes, mark.passed.bytes)};
  }
  return !file_ || index_.end != before.end || index_.totals != before.totals;
}

bool Log::has_room_for(const Record& record) const {
  const Segment& last = index_.segments.back();
  return last.header.first == index_.end || last.bytes + frame_size(record) <= segment_bytes_;
}

Result<std::size_t> Log::append(std::span<const Record> records, std::uint64_t most_bytes) {
  if (!file_ || !has_room_for(records.front())) return append_to_new(records, most_bytes);
  const Segment& last = index_.segments.back();
  run_.clear();
  const std::uint64_t room = segment_bytes_ > last.bytes ? segment_bytes_ - last.bytes : 0;
  const std::size_t n = encode_run(records, last.header.seed, std::min(most_bytes, room));
  if (auto written = file_->write(last.bytes, run_); !written) {
    cut_back();
    return std::unexpected{std::move(written.error())};
  }
  if (const auto synced = file_->sync(); !synced) {
    log::warning(fmt::format("stream: {}; what it was to hold goes into a new file", synced.error().text));
    cut_back();
    file_.reset();
    return append_to_new(records, most_bytes);
  }
  take_in(records.first(n));
  return n;
}

/// A segment is in the log once its header and the first records are durable, and so is its name.
Result<std::size_t> Log::append_to_new(std::span<const Record> records, std::uint64_t most_bytes) {
  Segment segment{{id_, index_.end, index_.totals}, 0};
  run_.clear();
  encode(run_, segment.header);
  const std::size_t n = encode_run(records, segment.header.seed, std::min(most_bytes, segment_bytes_));
  auto created = create_durably(segment_name(index_.end), run_);
  if (!created) return std::unexpected{std::move(created.error())};
  file_ = std::move(*created);
  auto& segments = index_.segments;
  if (!segments.empty() && segments.back().header.first == index_.end) {  // it was empty, and its file is gone
    index_.bytes -= segments.back().bytes;
    segments.pop_back();
  }
  segments.push_back(segment);
  take_in(records.first(n));
  return n;
}

Result<> Log::roll() {
  if (file_ && index_.segments.back().header.first == index_.end) return {};
  const auto begun = append_to_new({}, 0);
  return begun ? Result<>{} : std::unexpected{begun.error()};
}

/// What has the name already was never in the log, or never held a record.
Result<std::unique_ptr<disk::File>> Log::create_durably(const std::string& name, ByteView content) {
  auto file = folder_->create(name);
  if (!file && file.error().code == std::errc::file_exists) {
    if (auto removed = folder_->remove(name); !removed) return std::unexpected{removed.error()};
    file = folder_->create(name);
  }
  if (!file) return file;
  Result<> durable = (*file)->write(0, content);
  if (durable) durable = (*file)->sync();
  if (durable) durable = folder_->sync();
  if (durable) return file;
  const auto emptied = (*file)->truncate(0);
  const auto removed = folder_->remove(name);
  if (!emptied && !removed)
    log::warning(fmt::format("stream: {}; it stays behind until the next start", removed.error().text));
  return std::unexpected{std::move(durable.error())};
}

/// Appends frames to run_: always one if there is one, and no more than fit.
std::size_t Log::encode_run(std::span<const Record> records, std::uint32_t seed, std::uint64_t most_bytes) {
  const std::uint64_t most = std::min<std::uint64_t>(most_bytes, kMostRunBytes);
  std::size_t n = 0;
  for (; n < records.size(); ++n) {
    if (n > 0 && run_.size() + frame_size(records[n]) > most) break;
    encode(run_, records[n], index_.end + n, seed);
  }
  return n;
}

/// What run_ holds is durable.
void Log::take_in(std::span<const Record> records) {
  for (const Record& record : records) index_.totals.add(record.to_topic, record.to_stream, record.size());
  index_.end += records.size();
  index_.segments.back().bytes += run_.size();
  index_.bytes += run_.size();
}

/// To what is durable; where that fails nothing is ever appended there again.
void Log::cut_back() {
  if (!file_->truncate(index_.segments.back().bytes)) file_.reset();
}

void Log::drop_oldest() {
  dropped_.push_back(segment_name(index_.segments.front().header.first));
  index_.bytes -= index_.segments.front().bytes;
  index_.segments.pop_front();
}

Result<> Log::sweep() {
  if (dropped_.empty()) return {};
  for (; !dropped_.empty(); dropped_.pop_back())
    if (auto removed = folder_->remove(dropped_.back());
        !removed && removed.error().code != std::errc::no_such_file_or_directory)
      return removed;
  return folder_->sync();
}

}  // namespace m2c2::stream
