// A disk that does not finish what it began: it is told while it lasts, and what it costs is told from a full stream.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "stream/file_stream.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

using namespace std::chrono_literals;

/// Whoever comes while it is closed waits.
class Gate {
 public:
  void close() {
    const std::lock_guard lock{mutex_};
    is_closed_ = true;
  }
  void open() {
    const std::lock_guard lock{mutex_};
    is_closed_ = false;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock{mutex_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !is_closed_; });
    --waiting_;
  }
  void await_someone() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool is_closed_ = false;
};

/// Each sync of it goes through the gate.
class GatedFile final : public disk::File {
 public:
  GatedFile(std::unique_ptr<disk::File> file, Gate& gate) : file_{std::move(file)}, gate_{gate} {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const override {
    return file_->read(offset, into);
  }
  Result<> write(std::uint64_t offset, ByteView bytes) override { return file_->write(offset, bytes); }
  Result<> sync() override {
    gate_.pass();
    return file_->sync();
  }
  Result<> truncate(std::uint64_t size) override { return file_->truncate(size); }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<disk::File> file_;
  Gate& gate_;
};

class GatedFolder final : public disk::Folder {
 public:
  GatedFolder(std::unique_ptr<disk::Folder> folder, Gate& gate) : folder_{std::move(folder)}, gate_{gate} {}
  Result<std::vector<std::string>> list() const override { return folder_->list(); }
  Result<std::unique_ptr<disk::File>> create(std::string_view name) override { return gated(folder_->create(name)); }
  Result<std::unique_ptr<disk::File>> open(std::string_view name) override { return gated(folder_->open(name)); }
  Result<std::unique_ptr<disk::File>> open_to_read(std::string_view name) const override {
    return folder_->open_to_read(name);
  }
  Result<> remove(std::string_view name) override { return folder_->remove(name); }
  Result<> sync() override { return folder_->sync(); }
  Result<> lock() override { return folder_->lock(); }
  std::string name() const override { return folder_->name(); }

 private:
  Result<std::unique_ptr<disk::File>> gated(Result<std::unique_ptr<disk::File>> file) {
    if (!file) return file;
    return std::make_unique<GatedFile>(std::move(*file), gate_);
  }

  std::unique_ptr<disk::Folder> folder_;
  Gate& gate_;
};

std::vector<Record> records(std::size_t n) {
  return std::vector<Record>(n, Record{"i", "t", "payload", "k", true, true});
}

class SlowDisk : public testing::Test {
 protected:
  SlowDisk() { options_.linger = {}; }
  ~SlowDisk() override { gate_.open(); }

  void open() {
    stream_ = make_file_stream(std::make_unique<GatedFolder>(disk_.folder(), gate_), options_).value();
    topic_ = stream_->open_cursor("topic", Destination::topic);
  }
  void append_to_a_disk_that_hangs() {
    gate_.close();
    stream_->append(records(1));
    gate_.await_someone();
  }
  template <class Condition>
  Stats await(Condition condition) const {
    for (;;) {
      if (const Stats stats = stream_->stats(); condition(stats)) return stats;
      std::this_thread::yield();
    }
  }

  test::ForgetfulDisk disk_;
  Gate gate_;
  FileStreamOptions options_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Cursor> topic_;
};

TEST_F(SlowDisk, IsATroubleFromItsTimeOnUntilTheWriteIsDone) {
  options_.patience = {};
  open();
  EXPECT_EQ(stream_->stats().trouble, "") << "nothing is to be written";
  append_to_a_disk_that_hangs();
  const Stats stats = stream_->stats();
  EXPECT_EQ(stats.trouble, "the disk has not finished a write for 0 s; look after that disk");
  EXPECT_EQ(stats.waiting, records(1)[0].size());
  EXPECT_EQ(stats.cursors.at(0).lag_records, 0u);
  gate_.open();
  await([](const Stats& s) { return s.appended == 1 && s.trouble.empty(); });
}

TEST_F(SlowDisk, IsNoTroubleBeforeItsTime) {
  options_.patience = 1h;
  open();
  append_to_a_disk_that_hangs();
  EXPECT_EQ(stream_->stats().trouble, "");
  EXPECT_GT(stream_->stats().waiting, 0u);
}

TEST_F(SlowDisk, WhatItDoesNotTakeInTimeIsToldFromWhatAFullStreamDoesNotTake) {
  const std::size_t size = records(1)[0].size();
  options_.queue_bytes = 10 * size;
  options_.max_bytes = 300;
  options_.on_full = OnFull::reject_new;
  open();
  append_to_a_disk_that_hangs();
  stream_->append(records(12));
  EXPECT_EQ(stream_->stats().rejected, 3u);
  EXPECT_EQ(stream_->stats().overrun, 3u);
  gate_.open();
  const Stats stats = await([](const Stats& s) { return s.waiting == 0; });
  EXPECT_GT(stats.rejected, 3u) << "now it is full";
  EXPECT_EQ(stats.overrun, 3u);
}

}  // namespace
}  // namespace m2c2::stream
