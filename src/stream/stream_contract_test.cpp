// What every stream owes its exporters: tests written once, run for each kind of stream.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "stream/file_stream.hpp"
#include "stream/stream.hpp"
#include "stream/stream_test.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

using namespace stream::testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Kind {
  const char* name;
  std::unique_ptr<Stream> (*make)(std::uint64_t max_bytes, OnFull);
  int rounds;  ///< of a test between threads; a sync takes longer than a lock
};

std::unique_ptr<Stream> make_in_memory(std::uint64_t max_bytes, OnFull on_full) {
  return make_memory_stream(max_bytes, on_full);
}
std::unique_ptr<Stream> make_on_disk(std::uint64_t max_bytes, OnFull on_full) {
  FileStreamOptions options;
  options.max_bytes = max_bytes;
  options.on_full = on_full;
  options.linger = {};
  return make_file_stream(test::ForgetfulDisk{}.folder(), options).value();
}

class StreamContract : public ::testing::TestWithParam<Kind> {
 protected:
  static std::unique_ptr<Stream> make(std::uint64_t max_bytes, OnFull on_full) {
    return GetParam().make(max_bytes, on_full);
  }

  /// Until the stream has taken them in, or not.
  static void append(Stream& stream, std::vector<Record> records) {
    const auto seen = [&] {
      const Stats stats = stream.stats();
      return stats.appended + stats.rejected + stats.unwanted;
    };
    const std::uint64_t all = seen() + records.size();
    stream.append(std::move(records));
    while (seen() < all) std::this_thread::yield();
  }
};

TEST_P(StreamContract, GivesEachExporterWhatIsForItInOrder) {
  const auto stream = make(kAll, OnFull::overwrite_oldest);
  const auto topic = stream->open_cursor("topic", Destination::topic);
  const auto archive = stream->open_cursor("archive", Destination::stream);
  append(*stream, {for_topic("a"), for_both("b")});
  append(*stream, {for_stream("c")});
  EXPECT_THAT(read_all(*topic), ElementsAre("a", "b"));
  EXPECT_THAT(read_all(*archive), ElementsAre("b", "c"));
  EXPECT_THAT(read_all(*archive), IsEmpty());
}

TEST_P(StreamContract, GivesTheWholeRecord) {
  const auto stream = make(kAll, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("archive", Destination::stream);
  const Record whole{"id", "m2c2/job/j/t", "{}", "alias", true, true};
  append(*stream, {whole});
  EXPECT_THAT(cursor->read(1, kAll), ElementsAre(whole));
}

TEST_P(StreamContract, ReadsWithinBothBoundsButNeverNothing) {
  const auto stream = make(kAll, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  append(*stream, {for_topic("a"), for_topic("b"), for_topic("c"), for_topic("d"), for_topic("e")});
  EXPECT_THAT(ids(cursor->read(2, kAll)), ElementsAre("a", "b"));
  EXPECT_THAT(ids(cursor->read(kAll, 2 * kSize)), ElementsAre("c", "d"));
  EXPECT_THAT(ids(cursor->read(kAll, 1)), ElementsAre("e"));
}

TEST_P(StreamContract, AcknowledgesWhatWasReadAndNoMore) {
  const auto stream = make(kAll, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  append(*stream, {for_topic("a"), for_topic("b"), for_topic("c")});
  cursor->read(2, kAll);
  EXPECT_EQ(stream->stats().cursors.at(0).lag_records, 3u);
  cursor->acknowledge();
  EXPECT_EQ(stream->stats().cursors.at(0).lag_records, 1u);
  EXPECT_EQ(stream->stats().cursors.at(0).lag_bytes, kSize);
  cursor->acknowledge();
  EXPECT_THAT(read_all(*cursor), ElementsAre("c"));
}

TEST_P(StreamContract, DropsAtOnceWhatNobodyIsThereFor) {
  const auto stream = make(kAll, OnFull::reject_new);
  append(*stream, {for_both("a")});
  const auto topic = stream->open_cursor("topic", Destination::topic);
  append(*stream, {for_stream("b"), for_stream("c"), for_stream("d"), for_topic("e"), record("f", false, false)});
  EXPECT_THAT(read_all(*topic), ElementsAre("e"));
  EXPECT_EQ(stream->stats().unwanted, 5u);
  EXPECT_EQ(stream->stats().appended, 1u);
  EXPECT_EQ(stream->stats().rejected, 0u);
}

TEST_P(StreamContract, RefusesTwoExportersOfOneName) {
  const auto stream = make(kAll, OnFull::reject_new);
  const auto first = stream->open_cursor("archive", Destination::stream);
  EXPECT_THROW(stream->open_cursor("archive", Destination::stream), std::invalid_argument);
}

class Availability : public StreamContract {
 protected:
  void listen() {
    topic_->when_available([this] { ++calls_; });
  }

  std::unique_ptr<Stream> stream_ = make(kAll, OnFull::overwrite_oldest);
  std::unique_ptr<Cursor> topic_ = stream_->open_cursor("topic", Destination::topic);
  std::unique_ptr<Cursor> archive_ = stream_->open_cursor("archive", Destination::stream);
  int calls_ = 0;
};

TEST_P(Availability, IsToldAtOnceWhenSomethingIsThere) {
  append(*stream_, {for_topic("a")});
  listen();
  EXPECT_EQ(calls_, 1);
}

TEST_P(Availability, IsToldOnceByTheAppendThatBringsSomething) {
  listen();
  append(*stream_, {});
  EXPECT_EQ(calls_, 0);
  append(*stream_, {for_topic("a"), for_topic("b")});
  append(*stream_, {for_topic("c")});
  EXPECT_EQ(calls_, 1);
}

TEST_P(Availability, IsNotToldOfWhatIsForOthers) {
  listen();
  append(*stream_, {for_stream("a")});
  EXPECT_EQ(calls_, 0);
}

TEST_P(Availability, WhatIsReadAndNotAcknowledgedIsNotAvailableAgain) {
  append(*stream_, {for_topic("a")});
  read_all(*topic_);
  listen();
  EXPECT_EQ(calls_, 0);
  topic_->acknowledge();
  EXPECT_EQ(calls_, 0);
  append(*stream_, {for_topic("b"), for_topic("c"), for_topic("d")});
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(read_all(*topic_), ElementsAre("b", "c", "d"));
}

TEST_P(Availability, TheLastListenerCounts) {
  int earlier = 0;
  topic_->when_available([&] { ++earlier; });
  listen();
  append(*stream_, {for_topic("a")});
  EXPECT_EQ(earlier, 0);
  EXPECT_EQ(calls_, 1);
}

TEST_P(Availability, NobodyIsToldAfterTheCursorIsClosed) {
  listen();
  topic_.reset();
  append(*stream_, {for_topic("a")});
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

TEST_P(StreamContract, NoWakeUpIsLostWhenAnAppendMeetsAReaderAboutToSleep) {
  const int kRounds = GetParam().rounds;
  const auto stream = make(kAll, OnFull::reject_new);
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

TEST_P(StreamContract, EveryReaderGetsEveryRecordOfEveryThreadInItsOrder) {
  constexpr std::size_t kThreads = 3, kEach = 3000;
  const auto stream = make(100 * kAll, OnFull::reject_new);
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

const auto kKinds = ::testing::Values(Kind{"Memory", make_in_memory, 50'000}, Kind{"Disk", make_on_disk, 5'000});
std::string name_of(const ::testing::TestParamInfo<Kind>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Each, StreamContract, kKinds, name_of);
INSTANTIATE_TEST_SUITE_P(Each, Availability, kKinds, name_of);

}  // namespace
}  // namespace m2c2::stream
