// What is the stream's in memory alone: it is bounded to the byte, and every loss is counted.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "stream/stream.hpp"
#include "stream/stream_test.hpp"

namespace m2c2::stream {
namespace {

using namespace stream::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST(MemoryStream, TellsWhatItHoldsOfWhatItMay) {
  const auto stream = make_memory_stream(3 * kSize, OnFull::overwrite_oldest);
  const auto cursor = stream->open_cursor("topic", Destination::topic);
  stream->append({for_topic("a"), for_topic("b")});
  EXPECT_EQ(stream->stats().bytes, 2 * kSize);
  EXPECT_EQ(stream->stats().max_bytes, 3 * kSize);
  EXPECT_EQ(stream->stats().waiting, 0u) << "for there is no disk";
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
