// The stream in memory: one copy for all exporters, bounded, every loss counted, no wake-up missed between threads.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "stream/stream.hpp"

namespace m2c2::stream {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kAll = 1'000'000;
constexpr std::size_t kSize = 10;  ///< of every record below, whose ids have one letter

Record record(std::string id, bool to_topic, bool to_stream) {
  std::string payload(kSize - 2 - id.size(), '.');
  return {std::move(id), {}, std::move(payload), {}, to_topic, to_stream};
}
Record for_topic(std::string id) { return record(std::move(id), true, false); }
Record for_stream(std::string id) { return record(std::move(id), false, true); }
Record for_both(std::string id) { return record(std::move(id), true, true); }

std::vector<std::string> ids(const std::vector<Record>& records) {
  std::vector<std::string> ids(records.size());
  std::ranges::transform(records, ids.begin(), &Record::id);
  return ids;
}

std::vector<std::string> read_all(Cursor& cursor) { return ids(cursor.read(kAll, kAll)); }

TEST(MemoryStream, GivesEachExporterWhatIsForItInOrder) {
  const auto stream = make_memory_stream(kAll, OnFull::overwrite_oldest);
  const auto topic = stream->open_cursor("topic", Destination::topic);
  const auto archive = stream->open_cursor("archive", Destination::stream);
  stream->append({for_topic("a"), for_both("b")});
  stream->append({for_stream("c")});
  EXPECT_THAT(read_all(*topic), ElementsAre("a", "b"));
  EXPECT_THAT(read_all(*archive), ElementsAre("b", "c"));
  EXPECT_THAT(read_all(*archive), IsEmpty());
}

TEST(MemoryStream, GivesTheWholeRecord) {
  const auto stream = make_memory_stream(kAll, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("archive", Destination::stream);
  const Record whole{"id", "m2c2/job/j/t", "{}", "alias", true, true};
  stream->append({whole});
  EXPECT_THAT(cursor->read(1, kAll), ElementsAre(whole));
}

TEST(MemoryStream, ReadsWithinBothBoundsButNeverNothing) {
  const auto stream = make_memory_stream(kAll, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  stream->append({for_topic("a"), for_topic("b"), for_topic("c"), for_topic("d"), for_topic("e")});
  EXPECT_THAT(ids(cursor->read(2, kAll)), ElementsAre("a", "b"));
  EXPECT_THAT(ids(cursor->read(kAll, 2 * kSize)), ElementsAre("c", "d"));
  EXPECT_THAT(ids(cursor->read(kAll, 1)), ElementsAre("e"));
}

TEST(MemoryStream, AcknowledgesWhatWasReadAndNoMore) {
  const auto stream = make_memory_stream(kAll, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  stream->append({for_topic("a"), for_topic("b"), for_topic("c")});
  cursor->read(2, kAll);
  EXPECT_EQ(stream->stats().cursors.at(0).lag_records, 3u);
  cursor->acknowledge();
  EXPECT_EQ(stream->stats().cursors.at(0).lag_records, 1u);
  EXPECT_EQ(stream->stats().cursors.at(0).lag_bytes, kSize);
  cursor->acknowledge();
  EXPECT_THAT(read_all(*cursor), ElementsAre("c"));
}

TEST(MemoryStream, DropsAtOnceWhatNobodyIsThereFor) {
  const auto stream = make_memory_stream(2 * kSize, OnFull::reject_new);
  stream->append({for_both("a")});
  const auto topic = stream->open_cursor("topic", Destination::topic);
  stream->append({for_stream("b"), for_stream("c"), for_stream("d"), for_topic("e"), record("f", false, false)});
  EXPECT_THAT(read_all(*topic), ElementsAre("e"));
  EXPECT_EQ(stream->stats().unwanted, 5u);
  EXPECT_EQ(stream->stats().appended, 1u);
  EXPECT_EQ(stream->stats().rejected, 0u);
}

TEST(MemoryStream, OverwritesTheOldestAndCountsTheLossOfEachExporter) {
  const auto stream = make_memory_stream(3 * kSize, OnFull::overwrite_oldest);
  const auto topic = stream->open_cursor("topic", Destination::topic);
  const auto archive = stream->open_cursor("archive", Destination::stream);
  stream->append({for_both("a"), for_topic("b"), for_stream("c")});
  EXPECT_THAT(ids(archive->read(1, kAll)), ElementsAre("a"));
  archive->acknowledge();
  stream->append({for_both("d"), for_both("e")});
  const auto stats = stream->stats();
  EXPECT_EQ(stats.cursors[0].lost_records, 2u);  // a, b
  EXPECT_EQ(stats.cursors[1].lost_records, 0u);
  EXPECT_EQ(stats.appended, 5u);
  EXPECT_THAT(read_all(*topic), ElementsAre("d", "e"));
  EXPECT_THAT(read_all(*archive), ElementsAre("c", "d", "e"));
}

TEST(MemoryStream, WhatAnExporterHasInItsHandsIsNotLostToItWhenOverwritten) {
  const auto stream = make_memory_stream(3 * kSize, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  stream->append({for_topic("a"), for_topic("b"), for_topic("c")});
  cursor->read(2, kAll);
  stream->append({for_topic("d"), for_topic("e"), for_topic("f"), for_topic("g")});  // over a, b, then c and d
  EXPECT_EQ(stream->stats().cursors[0].lost_records, 2u);
  EXPECT_THAT(read_all(*cursor), ElementsAre("e", "f", "g"));
  cursor->acknowledge();
  EXPECT_EQ(stream->stats().cursors[0].lost_records, 2u);
  EXPECT_EQ(stream->stats().cursors[0].lag_records, 0u);
}

TEST(MemoryStream, RejectsTheNewWhenFullAndTakesAgainWhenThereIsRoom) {
  const auto stream = make_memory_stream(2 * kSize, OnFull::reject_new);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  stream->append({for_topic("a"), for_topic("b"), for_topic("c")});
  EXPECT_EQ(stream->stats().rejected, 1u);
  EXPECT_THAT(ids(cursor->read(1, kAll)), ElementsAre("a"));
  stream->append({for_topic("d")});  // what is read counts until it is acknowledged
  EXPECT_EQ(stream->stats().rejected, 2u);
  cursor->acknowledge();
  stream->append({for_topic("e")});
  EXPECT_THAT(read_all(*cursor), ElementsAre("b", "e"));
  EXPECT_EQ(stream->stats().cursors[0].lost_records, 0u);
}

TEST(MemoryStream, NeverThrowsAllOutForARecordLargerThanItself) {
  const auto stream = make_memory_stream(2 * kSize, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  Record huge = for_topic("h");
  huge.payload.resize(3 * kSize);
  stream->append({for_topic("a"), huge, for_topic("b")});
  EXPECT_EQ(stream->stats().rejected, 1u);
  EXPECT_THAT(read_all(*cursor), ElementsAre("a", "b"));
}

TEST(MemoryStream, GivesRoomBackOnceTheLastExporterHasAcknowledged) {
  const auto stream = make_memory_stream(2 * kSize, OnFull::reject_new);
  const auto topic = stream->open_cursor("topic", Destination::topic);
  const auto archive = stream->open_cursor("archive", Destination::stream);
  stream->append({for_both("a"), for_both("b")});
  read_all(*topic);
  topic->acknowledge();
  stream->append({for_both("c")});
  EXPECT_EQ(stream->stats().rejected, 1u);
  archive->read(1, kAll);
  archive->acknowledge();
  stream->append({for_both("d")});
  EXPECT_THAT(read_all(*topic), ElementsAre("d"));
}

TEST(MemoryStream, ALaggingExporterDoesNotHoldWhatOnlyOthersNeeded) {
  const auto stream = make_memory_stream(2 * kSize, OnFull::overwrite_oldest);
  const auto topic = stream->open_cursor("topic", Destination::topic);
  const auto archive = stream->open_cursor("archive", Destination::stream);
  stream->append({for_topic("a")});
  for (const char* id : {"b", "c", "d", "e"}) {
    stream->append({for_stream(id)});
    EXPECT_THAT(read_all(*archive), ElementsAre(id));
    archive->acknowledge();
  }
  EXPECT_THAT(read_all(*topic), ElementsAre("a"));
  EXPECT_EQ(stream->stats().cursors[0].lost_records, 0u);
}

TEST(MemoryStream, AClosedCursorHoldsNothing) {
  const auto stream = make_memory_stream(2 * kSize, OnFull::reject_new);
  const auto topic = stream->open_cursor("topic", Destination::topic);
  auto archive = stream->open_cursor("archive", Destination::stream);
  stream->append({for_stream("a"), for_stream("b")});
  archive->read(1, kAll);
  archive.reset();
  stream->append({for_topic("c"), for_topic("d")});
  EXPECT_THAT(read_all(*topic), ElementsAre("c", "d"));
  EXPECT_EQ(stream->stats().cursors.size(), 1u);
}

TEST(MemoryStream, RefusesTwoExportersOfOneName) {
  const auto stream = make_memory_stream(kAll, OnFull::reject_new);
  const auto first = stream->open_cursor("archive", Destination::stream);
  EXPECT_THROW(stream->open_cursor("archive", Destination::stream), std::invalid_argument);
}

class Availability : public testing::Test {
 protected:
  void listen() {
    topic_->when_available([this] { ++calls_; });
  }

  std::unique_ptr<Stream> stream_ = make_memory_stream(2 * kSize, OnFull::overwrite_oldest);
  std::unique_ptr<Cursor> topic_ = stream_->open_cursor("topic", Destination::topic);
  std::unique_ptr<Cursor> archive_ = stream_->open_cursor("archive", Destination::stream);
  int calls_ = 0;
};

TEST_F(Availability, IsToldAtOnceWhenSomethingIsThere) {
  stream_->append({for_topic("a")});
  listen();
  EXPECT_EQ(calls_, 1);
}

TEST_F(Availability, IsToldOnceByTheAppendThatBringsSomething) {
  listen();
  stream_->append({});
  EXPECT_EQ(calls_, 0);
  stream_->append({for_topic("a"), for_topic("b")});
  stream_->append({for_topic("c")});
  EXPECT_EQ(calls_, 1);
}

TEST_F(Availability, IsNotToldOfWhatIsForOthers) {
  listen();
  stream_->append({for_stream("a")});
  EXPECT_EQ(calls_, 0);
}

TEST_F(Availability, WhatIsReadAndNotAcknowledgedIsNotAvailableAgain) {
  stream_->append({for_topic("a")});
  read_all(*topic_);
  listen();
  EXPECT_EQ(calls_, 0);
  topic_->acknowledge();
  EXPECT_EQ(calls_, 0);
  stream_->append({for_topic("b"), for_topic("c"), for_topic("d")});
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(read_all(*topic_), ElementsAre("c", "d"));
}

TEST_F(Availability, TheLastListenerCounts) {
  int earlier = 0;
  topic_->when_available([&] { ++earlier; });
  listen();
  stream_->append({for_topic("a")});
  EXPECT_EQ(earlier, 0);
  EXPECT_EQ(calls_, 1);
}

TEST_F(Availability, NobodyIsToldAfterTheCursorIsClosed) {
  listen();
  topic_.reset();
  stream_->append({for_topic("a")});
  EXPECT_EQ(calls_, 0);
}

/// An exporter's thread, as far as the stream can tell: it sleeps until it is told that something is available.
class Reader {
 public:
  Reader(Stream& stream, std::string_view name, Destination destination)
      : cursor_{stream.open_cursor(name, destination)} {}

  /// The next records, acknowledged; empty when nobody wakes it, though it waits for long.
  std::vector<Record> next() {
    for (;;) {
      auto records = cursor_->read(7, kAll);
      cursor_->acknowledge();
      if (!records.empty() || !wait()) return records;
    }
  }

 private:
  bool wait() {
    cursor_->when_available([this] {
      const std::lock_guard lock{mutex_};
      woken_ = true;
      changed_.notify_one();
    });
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 20s, [this] { return std::exchange(woken_, false); });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::unique_ptr<Cursor> cursor_;
};

TEST(MemoryStreamThreads, NoWakeUpIsLostWhenAnAppendMeetsAReaderAboutToSleep) {
  constexpr int kRounds = 50'000;
  const auto stream = make_memory_stream(kAll, OnFull::reject_new);
  Reader reader{*stream, "topic", Destination::topic};
  std::atomic<int> about_to_sleep = 0;
  std::thread appender{[&] {
    for (int round = 1; round <= kRounds; ++round) {
      while (about_to_sleep < round) std::this_thread::yield();
      for (volatile int moment = round % 100; moment > 0; moment = moment - 1) {
      }
      stream->append({for_topic("a")});
    }
  }};
  int woken = 0;
  for (int round = 1; round <= kRounds; ++round) {
    about_to_sleep = round;
    if (woken == round - 1 && !reader.next().empty()) ++woken;
  }
  appender.join();
  EXPECT_EQ(woken, kRounds);
}

TEST(MemoryStreamThreads, EveryReaderGetsEveryRecordOfEveryThreadInItsOrder) {
  constexpr std::size_t kThreads = 3, kEach = 3000;
  const auto stream = make_memory_stream(100 * kAll, OnFull::reject_new);
  Reader topic{*stream, "topic", Destination::topic};
  Reader archive{*stream, "archive", Destination::stream};
  const auto append_all = [&](std::size_t thread) {
    for (std::size_t i = 0; i < kEach; ++i)
      stream->append({{std::to_string(i), {}, {}, std::to_string(thread), true, true}});
  };
  const auto read_in_order = [&](Reader& reader) {
    std::array<std::size_t, kThreads> next{};
    for (std::size_t n = 0; n < kThreads * kEach;) {
      const auto records = reader.next();
      if (records.empty()) return false;
      n += records.size();
      for (const Record& r : records)
        if (r.id != std::to_string(next.at(std::stoul(r.partition_key))++)) return false;
    }
    return true;
  };
  bool topic_in_order = false, archive_in_order = false;
  std::vector<std::thread> threads;
  threads.reserve(kThreads + 2);
  for (std::size_t t = 0; t < kThreads; ++t) threads.emplace_back(append_all, t);
  threads.emplace_back([&] { topic_in_order = read_in_order(topic); });
  threads.emplace_back([&] { archive_in_order = read_in_order(archive); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(topic_in_order);
  EXPECT_TRUE(archive_in_order);
  EXPECT_EQ(stream->stats().rejected, 0u);
}

TEST(MemoryStreamThreads, OverwritingUnderAReaderLosesExactlyWhatIsCounted) {
  constexpr std::uint64_t kRecords = 50'000;
  const auto stream = make_memory_stream(20 * kSize, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  std::thread appender{[&] {
    for (std::uint64_t i = 0; i < kRecords; ++i) stream->append({for_topic("a")});
  }};
  std::uint64_t read = 0;
  const auto lost = [&] { return stream->stats().cursors[0].lost_records; };
  while (read + lost() < kRecords) {
    read += cursor->read(5, kAll).size();
    cursor->acknowledge();
  }
  appender.join();
  EXPECT_EQ(read + lost(), kRecords);
  EXPECT_THAT(read_all(*cursor), IsEmpty());
}

}  // namespace
}  // namespace m2c2::stream
