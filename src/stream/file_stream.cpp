// The stream on the disk: a queue, and the thread that empties it into the backlog.
// SPDX-License-Identifier: Apache-2.0
#include "stream/file_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "log/log.hpp"
#include "stream/backlog.hpp"

namespace m2c2::stream {
namespace {

constexpr std::size_t kEnoughBytes = std::size_t{256} * 1024;  ///< not worth waiting for more
constexpr std::uint64_t kLeastSegmentBytes = std::uint64_t{64} * 1024;
constexpr std::uint64_t kMostSegmentBytes = std::uint64_t{16} * 1024 * 1024;

class FileStream final : public Stream {
 public:
  FileStream(std::unique_ptr<Backlog> backlog, const FileStreamOptions& options)
      : backlog_{std::move(backlog)}, id_{to_text(backlog_->id())}, options_{options}, writer_{[this] { write(); }} {}
  ~FileStream() override;
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  void append(std::vector<Record> records) override;
  std::unique_ptr<Cursor> open_cursor(std::string_view exporter, Destination destination) override;
  Stats stats() const override;
  const std::string& id() const override { return id_; }

  Backlog& backlog() { return *backlog_; }
  /// The writer looks whether there is something for it to do.
  void wake();

 private:
  void write();
  bool await_work();
  void await_more(std::unique_lock<std::mutex>& lock);
  void write_batch();
  void note_stored(std::size_t bytes);
  std::string trouble() const;
  void note_trouble(const Error& error);
  void give_up(const Error& error);

  const std::unique_ptr<Backlog> backlog_;
  const std::string id_;
  const FileStreamOptions options_;

  mutable std::mutex mutex_;  ///< over all below but the batch
  std::condition_variable changed_;
  std::vector<Record> queue_;
  std::size_t waiting_bytes_ = 0;  ///< of the queue and of the batch
  SteadyTime first_at_;            ///< when the first of the queue came
  bool wants_topic_ = false;
  bool wants_stream_ = false;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::uint64_t rejected_ = 0;
  std::uint64_t unwanted_ = 0;
  std::string trouble_;
  std::optional<SteadyTime> at_disk_since_;  ///< the writer, with what is under way now

  std::vector<Record> batch_;  ///< the writer's own, as all below
  std::size_t settled_ = 0;    ///< of the batch, from the front
  bool has_forgotten_ = false;
  std::optional<SteadyTime> readers_due_;  ///< to try again what they could not read

  std::thread writer_;
};

class FileCursor final : public Cursor {
 public:
  FileCursor(FileStream& stream, Lane& lane) : stream_{stream}, lane_{lane} {}
  ~FileCursor() override { stream_.backlog().close(lane_); }

  std::vector<Record> read(std::size_t most_records, std::size_t most_bytes) override {
    auto records = stream_.backlog().read(lane_, {most_records, most_bytes});
    if (records.empty() && stream_.backlog().has_failed_reader()) stream_.wake();
    return records;
  }
  void acknowledge() override {
    stream_.backlog().acknowledge(lane_);
    if (stream_.backlog().has_something_to_drop()) stream_.wake();
  }
  void when_available(std::function<void()> then) override { stream_.backlog().when_available(lane_, std::move(then)); }

 private:
  FileStream& stream_;
  Lane& lane_;
};

/// What waits is still written, unless the disk takes nothing.
FileStream::~FileStream() {
  {
    const std::lock_guard lock{mutex_};
    is_stopping_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

void FileStream::append(std::vector<Record> records) {
  const std::lock_guard lock{mutex_};
  const std::size_t before = waiting_bytes_;
  const bool was_empty = queue_.empty();
  for (Record& record : records) {
    if (!(record.to_topic && wants_topic_) && !(record.to_stream && wants_stream_)) {
      ++unwanted_;
      continue;
    }
    const std::size_t size = record.size();
    if (waiting_bytes_ + size > options_.queue_bytes) {
      ++rejected_;
      continue;
    }
    waiting_bytes_ += size;
    queue_.push_back(std::move(record));
  }
  if (was_empty) first_at_ = std::chrono::steady_clock::now();
  if (was_empty || (before < kEnoughBytes && waiting_bytes_ >= kEnoughBytes)) changed_.notify_all();
}

std::unique_ptr<Cursor> FileStream::open_cursor(std::string_view exporter, Destination destination) {
  Lane& lane = backlog_->open_lane(exporter, destination);
  const std::lock_guard lock{mutex_};
  (destination == Destination::topic ? wants_topic_ : wants_stream_) = true;
  return std::make_unique<FileCursor>(*this, lane);
}

Stats FileStream::stats() const {
  Stats stats;
  {
    const std::lock_guard lock{mutex_};
    stats.rejected = stats.overrun = rejected_;
    stats.unwanted = unwanted_;
    stats.waiting = waiting_bytes_;
    stats.trouble = trouble();
  }
  backlog_->tell(stats);
  return stats;
}

/// Under the lock. A disk may hang for as long as it likes before a call fails; the text tells no growing time, so that
/// it is news once.
std::string FileStream::trouble() const {
  const bool hangs = at_disk_since_ && std::chrono::steady_clock::now() - *at_disk_since_ >= options_.patience;
  if (!trouble_.empty() || !hangs) return trouble_;
  return fmt::format("the disk has not finished a write for {:.0f} s; look after that disk",
                     std::chrono::duration<double>{options_.patience}.count());
}

void FileStream::wake() {
  const std::lock_guard lock{mutex_};
  is_woken_ = true;
  changed_.notify_all();
}

void FileStream::write() {
  while (await_work()) {
    backlog_->tidy();
    readers_due_ = backlog_->retry_readers(std::chrono::steady_clock::now(), options_.retry);
    write_batch();
  }
}

/// False once there is nothing more to do for ever.
bool FileStream::await_work() {
  std::unique_lock lock{mutex_};
  at_disk_since_.reset();
  const bool is_in_trouble = !trouble_.empty();
  const auto has_work = [&] { return is_stopping_ || is_woken_ || (!is_in_trouble && !queue_.empty()); };
  auto until = readers_due_;
  if (is_in_trouble)
    until = std::min(until.value_or(SteadyTime::max()), std::chrono::steady_clock::now() + options_.retry);
  if (until) changed_.wait_until(lock, *until, has_work);
  else changed_.wait(lock, has_work);
  is_woken_ = false;
  if (batch_.empty()) {
    await_more(lock);
    std::swap(batch_, queue_);
  }
  at_disk_since_ = std::chrono::steady_clock::now();
  return !is_stopping_ || !batch_.empty();
}

void FileStream::await_more(std::unique_lock<std::mutex>& lock) {
  if (queue_.empty()) return;
  changed_.wait_until(lock, first_at_ + options_.linger,
                      [&] { return is_stopping_ || is_woken_ || waiting_bytes_ >= kEnoughBytes; });
}

void FileStream::write_batch() {
  if (!batch_.empty() && !std::exchange(has_forgotten_, true)) backlog_->forget_unopened();
  while (settled_ < batch_.size()) {
    const auto rest = std::span<const Record>{batch_}.subspan(settled_);
    const auto stored = backlog_->store(rest);
    if (!stored) return note_trouble(stored.error());
    std::size_t bytes = 0;
    for (const Record& record : rest.first(*stored)) bytes += record.size();
    settled_ += *stored;
    note_stored(bytes);
  }
  batch_.clear();
  settled_ = 0;
}

void FileStream::note_stored(std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  waiting_bytes_ -= bytes;
  at_disk_since_ = std::chrono::steady_clock::now();
  if (trouble_.empty()) return;
  log::info("stream: the disk takes records again");
  trouble_.clear();
}

/// The batch is kept.
void FileStream::note_trouble(const Error& error) {
  const std::lock_guard lock{mutex_};
  if (is_stopping_) return give_up(error);
  const bool is_full = error.code == std::errc::no_space_on_device;
  const auto trouble = fmt::format("{}; {}, it is tried again every {:.0f} s", error.text,
                                   is_full ? "make room on that disk" : "look after that disk",
                                   std::chrono::duration<double>{options_.retry}.count());
  if (trouble_.empty())
    log::error(fmt::format("stream: {}; until then at most {} bytes wait in memory", trouble, options_.queue_bytes));
  trouble_ = trouble;
}

void FileStream::give_up(const Error& error) {
  const std::size_t lost = batch_.size() - settled_ + queue_.size();
  rejected_ += lost;
  log::error(fmt::format("stream: {} records are lost, for this program ends: {}", lost, error.text));
  batch_.clear();
  queue_.clear();
  settled_ = 0;
}

}  // namespace

Result<std::unique_ptr<Stream>> make_file_stream(std::unique_ptr<disk::Folder> folder, FileStreamOptions options) {
  if (options.segment_bytes == 0)
    options.segment_bytes = std::clamp(options.max_bytes / 8, kLeastSegmentBytes, kMostSegmentBytes);
  auto backlog = Backlog::open(std::move(folder), {options.max_bytes, options.on_full, options.segment_bytes});
  if (!backlog) return std::unexpected{std::move(backlog.error())};
  return std::make_unique<FileStream>(std::move(*backlog), options);
}

}  // namespace m2c2::stream
