// The stream on the disk with its thread: restarts, a disk that takes nothing for a while, an end that does not wait.
// SPDX-License-Identifier: Apache-2.0
#include "stream/file_stream.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "log/log.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kAll = 1'000'000;

std::vector<Record> records(std::size_t n, std::size_t payload = 10) {
  return std::vector<Record>(n, Record{"i", "t", std::string(payload, 'p'), "k", true, true});
}

class FileStreamTest : public testing::Test {
 protected:
  FileStreamTest() {
    log::set_level(log::Level::off);
    options_.linger = {};
    options_.retry = 1ms;
  }
  ~FileStreamTest() override { log::set_level(log::Level::info); }

  void open() {
    close();
    stream_ = make_file_stream(disk_.folder(), options_).value();
    topic_ = stream_->open_cursor("topic", Destination::topic);
  }
  void close() {
    topic_.reset();
    stream_.reset();
  }
  template <class Condition>
  Stats await(Condition condition) const {
    for (;;) {
      if (const Stats stats = stream_->stats(); condition(stats)) return stats;
      std::this_thread::yield();
    }
  }
  Stats await_appended(std::uint64_t n) const {
    return await([n](const Stats& stats) { return stats.appended >= n; });
  }

  test::ForgetfulDisk disk_;
  FileStreamOptions options_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Cursor> topic_;
};

TEST_F(FileStreamTest, GoesOnAfterARestartWithEachCursorInItsPlace) {
  open();
  const std::string id = stream_->id();
  stream_->append(records(3));
  await_appended(3);
  EXPECT_THAT(topic_->read(2, kAll), SizeIs(2));
  topic_->acknowledge();
  EXPECT_THAT(topic_->read(1, kAll), SizeIs(1));  // and not acknowledged
  stream_->append(records(1));                    // and not awaited
  open();
  EXPECT_EQ(stream_->id(), id);
  EXPECT_EQ(stream_->stats().cursors.at(0).lag_records, 2u);
  const auto again = topic_->read(kAll, kAll);
  ASSERT_THAT(again, SizeIs(2));
  EXPECT_EQ(again[0].number, 2u);
  EXPECT_EQ(again[1].number, 3u);
}

TEST_F(FileStreamTest, StoresTogetherWhatComesWithinTheLinger) {
  options_.linger = 10s;
  open();
  const std::uint64_t before = disk_.operations();
  for (int i = 0; i < 100; ++i) stream_->append(records(1));
  EXPECT_EQ(disk_.operations(), before);
  stream_->append(records(1, 256 * 1024));  // enough not to wait for more
  await_appended(101);
  EXPECT_EQ(disk_.operations(), before + 2);  // a write and a sync
}

TEST_F(FileStreamTest, KeepsWhatAFullDiskDoesNotTakeAndRejectsWhatNoLongerFits) {
  options_.queue_bytes = 100 * records(1)[0].size();
  open();
  stream_->append(records(10));
  await_appended(10);
  disk_.fail_every("write", std::errc::no_space_on_device);
  stream_->append(records(1));
  const auto stats = await([](const Stats& s) { return !s.trouble.empty(); });
  EXPECT_THAT(stats.trouble, HasSubstr("No space left on device; make room on that disk, it is tried again"));
  stream_->append(records(120));
  EXPECT_EQ(stream_->stats().rejected, 21u);
  EXPECT_EQ(stream_->stats().appended, 10u);
  EXPECT_THAT(topic_->read(kAll, kAll), SizeIs(10));
  disk_.ok();
  await([](const Stats& s) { return s.appended == 110 && s.trouble.empty(); });
  EXPECT_THAT(topic_->read(kAll, kAll), SizeIs(100));
  EXPECT_EQ(stream_->stats().rejected, 21u);
}

TEST_F(FileStreamTest, EndsAtOnceOnADiskThatTakesNothing) {
  options_.retry = 1h;
  open();
  stream_->append(records(2));
  await_appended(2);
  for (const char* kind : {"write", "sync", "create"}) disk_.fail_every(kind, std::errc::io_error);
  stream_->append(records(3));
  await([](const Stats& s) { return !s.trouble.empty(); });
  stream_->append(records(4));
  close();
  disk_.ok();
  open();
  EXPECT_EQ(stream_->stats().cursors.at(0).lag_records, 2u);
}

TEST_F(FileStreamTest, ForgetsAtTheFirstAppendWhoDidNotComeBack) {
  open();
  {
    const auto archive = stream_->open_cursor("archive", Destination::stream);
    stream_->append(records(3));
    await_appended(3);
  }
  open();
  EXPECT_TRUE(disk_.files().contains("archive.cursor"));
  stream_->append(records(1));
  await_appended(1);
  EXPECT_FALSE(disk_.files().contains("archive.cursor"));
  EXPECT_THAT(topic_->read(kAll, kAll), SizeIs(4));
}

TEST_F(FileStreamTest, AReaderThatStalledIsToldOnceItCanReadAgain) {
  open();
  stream_->append(records(1));
  await_appended(1);
  disk_.fail_next("open", std::errc::too_many_files_open);
  EXPECT_THAT(topic_->read(kAll, kAll), IsEmpty());
  std::atomic<bool> told = false;
  topic_->when_available([&] { told = true; });
  while (!told) std::this_thread::yield();
  EXPECT_THAT(topic_->read(kAll, kAll), SizeIs(1));
}

TEST_F(FileStreamTest, AReaderThatStalledIsNotToldBeforeItsTimeWhateverElseHappens) {
  options_.retry = 1h;
  open();
  stream_->append(records(1));
  await_appended(1);
  disk_.fail_every("open", std::errc::too_many_files_open);
  std::atomic<int> told = 0;
  for (std::uint64_t i = 2; i < 12; ++i) {
    EXPECT_THAT(topic_->read(kAll, kAll), IsEmpty());
    topic_->when_available([&] { ++told; });
    stream_->append(records(1));
    await_appended(i);
  }
  EXPECT_EQ(told, 0);
}

TEST_F(FileStreamTest, APipeInPlaceOfACursorIsReplaced) {
  const std::filesystem::path folder = ::testing::TempDir() + "a-pipe-in-place-of-a-cursor";
  std::filesystem::create_directories(folder);
  ASSERT_EQ(::mkfifo((folder / "topic.cursor").c_str(), 0600), 0);
  for (int start = 0; start < 2; ++start) {
    close();
    stream_ = make_file_stream(disk::open_folder(folder).value(), options_).value();
    topic_ = stream_->open_cursor("topic", Destination::topic);
    stream_->append(records(1));
    await_appended(1);
    EXPECT_EQ(stream_->stats().cursors.at(0).lag_records, 1u);
    EXPECT_THAT(topic_->read(kAll, kAll), SizeIs(1));
    topic_->acknowledge();
  }
  close();
  std::filesystem::remove_all(folder);
}

TEST_F(FileStreamTest, RefusesANameThatIsNoFiles) {
  open();
  EXPECT_THROW(stream_->open_cursor("../topic", Destination::topic), std::invalid_argument);
  EXPECT_FALSE(make_file_stream(disk_.folder(), options_));  // in use
}

TEST_F(FileStreamTest, OverwritingUnderAReaderLosesExactlyWhatIsCounted) {
  constexpr std::uint64_t kRecords = 50'000;
  options_.max_bytes = 4000;
  options_.segment_bytes = 500;
  open();
  std::thread appender{[&] {
    for (std::uint64_t i = 0; i < kRecords / 10; ++i) stream_->append(records(10));
  }};
  std::uint64_t read = 0, next = 0;
  bool in_order = true;
  const auto settled = [&] {
    const Stats stats = stream_->stats();
    return read + stats.cursors[0].lost_records + stats.rejected;
  };
  while (settled() < kRecords) {
    for (const Record& record : topic_->read(5, kAll)) {
      in_order = in_order && record.number >= next;
      next = record.number + 1;
      ++read;
    }
    topic_->acknowledge();
  }
  appender.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(settled(), kRecords);
  EXPECT_EQ(stream_->stats().cursors[0].lag_records, 0u);
}

}  // namespace
}  // namespace m2c2::stream
