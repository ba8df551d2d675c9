// The stream in memory: each record stands once, in the lanes of all exporters that still need it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/ids.hpp"
#include "stream/stream.hpp"

namespace m2c2::stream {
namespace {

struct Entry {
  const Record record;
  const std::size_t size;
  std::size_t holders = 0;  ///< lanes it stands in
};

/// What one exporter has before it.
struct Lane {
  std::string exporter;
  Destination destination;
  std::deque<std::shared_ptr<Entry>> entries;  ///< not acknowledged, oldest first
  std::size_t given = 0;                       ///< of these, from the front: read and not acknowledged
  std::size_t bytes = 0;
  std::uint64_t lost = 0;
  std::function<void()> on_available;

  bool has_unread() const { return entries.size() > given; }
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(std::size_t max_bytes, OnFull on_full) : max_bytes_{max_bytes}, on_full_{on_full} {}

  void append(std::vector<Record> records) override;
  std::unique_ptr<Cursor> open_cursor(std::string_view exporter, Destination destination) override;
  Stats stats() const override;
  const std::string& id() const override { return id_; }

  std::vector<Record> read(Lane& lane, std::size_t most_records, std::size_t most_bytes);
  void acknowledge(Lane& lane);
  void when_available(Lane& lane, std::function<void()> then);
  void close(Lane& lane);

 private:
  void take_in(Record record);
  bool make_room(std::size_t size);
  void drop_oldest();
  void let_go_front(Lane& lane);
  static void announce(Lane& lane);

  const std::string id_ = new_id();
  const std::size_t max_bytes_;
  const OnFull on_full_;
  mutable std::mutex mutex_;  ///< over everything below, entries and lanes; a record itself never changes
  std::list<Lane> lanes_;
  std::size_t bytes_ = 0;
  std::uint64_t appended_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t unwanted_ = 0;
};

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(MemoryStream& stream, Lane& lane) : stream_{stream}, lane_{lane} {}
  ~MemoryCursor() override { stream_.close(lane_); }

  std::vector<Record> read(std::size_t most_records, std::size_t most_bytes) override {
    return stream_.read(lane_, most_records, most_bytes);
  }
  void acknowledge() override { stream_.acknowledge(lane_); }
  void when_available(std::function<void()> then) override { stream_.when_available(lane_, std::move(then)); }

 private:
  MemoryStream& stream_;
  Lane& lane_;
};

void MemoryStream::append(std::vector<Record> records) {
  const std::lock_guard lock{mutex_};
  for (Record& record : records) take_in(std::move(record));
  for (Lane& lane : lanes_) announce(lane);
}

void MemoryStream::take_in(Record record) {
  const auto wanted_by = [&](const Lane& lane) { return record.is_for(lane.destination); };
  if (std::ranges::none_of(lanes_, wanted_by)) {
    ++unwanted_;
    return;
  }
  const std::size_t size = record.size();
  if (!make_room(size)) {
    ++rejected_;
    return;
  }
  record.number = appended_++;
  const auto entry = std::make_shared<Entry>(std::move(record), size);
  bytes_ += size;
  for (Lane& lane : lanes_) {
    if (!entry->record.is_for(lane.destination)) continue;
    lane.entries.push_back(entry);
    lane.bytes += size;
    ++entry->holders;
  }
}

bool MemoryStream::make_room(std::size_t size) {
  if (size > max_bytes_) return false;
  if (on_full_ == OnFull::reject_new) return bytes_ + size <= max_bytes_;
  while (bytes_ + size > max_bytes_) drop_oldest();
  return true;
}

/// What an exporter has in its hands already is not lost to it.
void MemoryStream::drop_oldest() {
  std::uint64_t oldest = appended_;
  for (const Lane& lane : lanes_)
    if (!lane.entries.empty()) oldest = std::min(oldest, lane.entries.front()->record.number);
  for (Lane& lane : lanes_) {
    if (lane.entries.empty() || lane.entries.front()->record.number != oldest) continue;
    if (lane.given > 0) --lane.given;
    else ++lane.lost;
    let_go_front(lane);
  }
}

void MemoryStream::let_go_front(Lane& lane) {
  Entry& entry = *lane.entries.front();
  lane.bytes -= entry.size;
  if (--entry.holders == 0) bytes_ -= entry.size;
  lane.entries.pop_front();
}

void MemoryStream::announce(Lane& lane) {
  if (lane.has_unread() && lane.on_available) std::exchange(lane.on_available, nullptr)();
}

std::vector<Record> MemoryStream::read(Lane& lane, std::size_t most_records, std::size_t most_bytes) {
  std::vector<std::shared_ptr<Entry>> entries;  // copied as records after the lock, which the pollers wait for
  {
    const std::lock_guard lock{mutex_};
    std::size_t bytes = 0;
    for (; lane.has_unread() && entries.size() < std::max<std::size_t>(most_records, 1); ++lane.given) {
      const auto& next = lane.entries[lane.given];
      bytes += next->size;
      if (!entries.empty() && bytes > most_bytes) break;
      entries.push_back(next);
    }
  }
  std::vector<Record> records;
  records.reserve(entries.size());
  for (const auto& entry : entries) records.push_back(entry->record);
  return records;
}

void MemoryStream::acknowledge(Lane& lane) {
  const std::lock_guard lock{mutex_};
  for (; lane.given > 0; --lane.given) let_go_front(lane);
}

void MemoryStream::when_available(Lane& lane, std::function<void()> then) {
  const std::lock_guard lock{mutex_};
  lane.on_available = std::move(then);
  announce(lane);
}

void MemoryStream::close(Lane& lane) {
  const std::lock_guard lock{mutex_};
  while (!lane.entries.empty()) let_go_front(lane);
  lanes_.remove_if([&](const Lane& each) { return &each == &lane; });
}

std::unique_ptr<Cursor> MemoryStream::open_cursor(std::string_view exporter, Destination destination) {
  const std::lock_guard lock{mutex_};
  if (std::ranges::find(lanes_, exporter, &Lane::exporter) != lanes_.end())
    throw std::invalid_argument{"two exporters are named " + std::string{exporter} + "; give each its own name"};
  Lane& lane = lanes_.emplace_back();
  lane.exporter = exporter;
  lane.destination = destination;
  return std::make_unique<MemoryCursor>(*this, lane);
}

Stats MemoryStream::stats() const {
  const std::lock_guard lock{mutex_};
  Stats stats{
      .appended = appended_, .rejected = rejected_, .unwanted = unwanted_, .bytes = bytes_, .max_bytes = max_bytes_};
  for (const Lane& lane : lanes_) stats.cursors.push_back({lane.exporter, lane.entries.size(), lane.bytes, lane.lost});
  return stats;
}

}  // namespace

std::unique_ptr<Stream> make_memory_stream(std::size_t max_bytes, OnFull on_full) {
  return std::make_unique<MemoryStream>(max_bytes, on_full);
}

}  // namespace m2c2::stream
