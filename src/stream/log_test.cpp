// Every error path of the log and of its lanes: what is damaged costs itself alone, is counted, and is told once.
// SPDX-License-Identifier: Apache-2.0
#include "stream/log.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "log/log.hpp"
#include "stream/backlog.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::size_t kAll = 1'000'000;
constexpr std::uint64_t kSegment = 200;  ///< three records

Record record(std::string id, bool to_topic = true, bool to_stream = true) {
  return {std::move(id), {}, "0123", {}, to_topic, to_stream};
}

std::vector<Record> letters(char from, char to) {
  std::vector<Record> records;
  for (char c = from; c <= to; ++c) records.push_back(record(std::string(1, c)));
  return records;
}

class LogTest : public testing::Test {
 protected:
  LogTest() { log::set_level(log::Level::off); }
  ~LogTest() override { log::set_level(log::Level::info); }

  void open(OnFull on_full = OnFull::overwrite_oldest, std::uint64_t max_bytes = kAll) {
    backlog_.reset();
    backlog_ = Backlog::open(disk_.folder(), {max_bytes, on_full, kSegment}).value();
    topic_ = &backlog_->open_lane("topic", Destination::topic);
  }
  std::string error_of_opening() {
    backlog_.reset();
    const auto opened = Backlog::open(disk_.folder(), {kAll, OnFull::reject_new, kSegment});
    return opened ? "none" : opened.error().text;
  }

  Result<> store(const std::vector<Record>& records) {
    for (std::size_t done = 0; done < records.size();) {
      const auto stored = backlog_->store(std::span{records}.subspan(done));
      if (!stored) return std::unexpected{stored.error()};
      done += *stored;
    }
    return {};
  }
  /// The ids that come next, each of one letter, and acknowledged.
  std::string deliver(std::size_t most = kAll) {
    std::string ids;
    for (const Record& record : backlog_->read(*topic_, {most, kAll})) ids += record.id;
    backlog_->acknowledge(*topic_);
    return ids;
  }
  Stats stats() const {
    Stats stats;
    backlog_->tell(stats);
    return stats;
  }
  CursorStats cursor() const { return stats().cursors.at(0); }
  std::vector<std::string> segments() const {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : disk_.files())
      if (parse_segment_name(name)) names.push_back(name);
    return names;
  }

  test::ForgetfulDisk disk_;
  std::unique_ptr<Backlog> backlog_;
  Lane* topic_ = nullptr;
};

TEST_F(LogTest, RollsToANewSegmentAndGivesBackThoseThatAllHaveAcknowledged) {
  open();
  Lane& archive = backlog_->open_lane("archive", Destination::stream);
  ASSERT_TRUE(store(letters('a', 'h')));
  EXPECT_THAT(segments(), ElementsAre(segment_name(0), segment_name(3), segment_name(6)));
  EXPECT_EQ(deliver(), "abcdefgh");
  backlog_->tidy();
  EXPECT_THAT(segments(), SizeIs(3));
  EXPECT_THAT(backlog_->read(archive, {4, kAll}), SizeIs(4));
  backlog_->acknowledge(archive);
  backlog_->tidy();
  EXPECT_THAT(segments(), ElementsAre(segment_name(3), segment_name(6)));
  const auto files = disk_.files();
  EXPECT_EQ(stats().bytes, files.at(segment_name(3)).size() + files.at(segment_name(6)).size());
}

TEST_F(LogTest, WhatIsForOthersHoldsNoSegment) {
  open();
  Lane& archive = backlog_->open_lane("archive", Destination::stream);
  ASSERT_TRUE(store({record("a", true, false), record("b", false), record("c", false), record("d", false)}));
  EXPECT_EQ(deliver(), "a");
  EXPECT_THAT(backlog_->read(archive, {kAll, kAll}), SizeIs(3));
  backlog_->acknowledge(archive);
  backlog_->tidy();
  EXPECT_THAT(segments(), ElementsAre(segment_name(3)));
}

TEST_F(LogTest, NumbersNeverGoBackThoughAllWasGivenBack) {
  open(OnFull::reject_new);
  ASSERT_TRUE(store(letters('a', 'g')));
  deliver();
  backlog_->tidy();
  for (int restart = 0; restart < 2; ++restart) open(OnFull::reject_new);
  ASSERT_TRUE(store(letters('h', 'h')));
  EXPECT_THAT(backlog_->read(*topic_, {kAll, kAll}), ElementsAre(testing::Field(&Record::number, 7)));
  backlog_.reset();
  for (const std::string& name : segments()) disk_.lose(name);
  open();
  ASSERT_TRUE(store(letters('i', 'i')));
  EXPECT_THAT(backlog_->read(*topic_, {kAll, kAll}), ElementsAre(testing::Field(&Record::number, 7)));
}

TEST_F(LogTest, KeepsItsIdForEver) {
  open();
  const StreamId id = backlog_->id();
  open();
  EXPECT_EQ(backlog_->id(), id);
}

TEST_F(LogTest, AFullDiskIsToldAndNothingOfTheBatchIsThere) {
  open();
  ASSERT_TRUE(store(letters('a', 'a')));
  disk_.fail_next("write", std::errc::no_space_on_device);
  EXPECT_EQ(store(letters('b', 'c')).error().code, std::errc::no_space_on_device);
  EXPECT_EQ(cursor().lag_records, 1u);
  EXPECT_EQ(disk_.files().at(segment_name(0)).size(), stats().bytes);
  ASSERT_TRUE(store(letters('b', 'c')));
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_EQ(deliver(), "abc");
}

TEST_F(LogTest, AFailedWriteThatCannotBeCutOffSealsTheSegment) {
  open();
  ASSERT_TRUE(store(letters('a', 'a')));
  disk_.fail_next("write", std::errc::no_space_on_device);
  disk_.fail_next("truncate", std::errc::io_error);
  EXPECT_FALSE(store(letters('b', 'c')));
  ASSERT_TRUE(store(letters('x', 'y')));
  EXPECT_THAT(segments(), ElementsAre(segment_name(0), segment_name(1)));
  EXPECT_EQ(deliver(), "axy");
}

TEST_F(LogTest, AFailedSyncIsNeverTriedAgainButGoesIntoANewSegment) {
  open();
  ASSERT_TRUE(store(letters('a', 'a')));
  disk_.fail_next("sync", std::errc::io_error);
  disk_.fail_next("truncate", std::errc::io_error);
  ASSERT_TRUE(store(letters('b', 'c')));
  EXPECT_THAT(segments(), ElementsAre(segment_name(0), segment_name(1)));
  backlog_.reset();
  disk_.restart(0);
  open();
  EXPECT_EQ(deliver(), "abc");
}

TEST_F(LogTest, ASyncThatFailsInTheNewSegmentTooIsTheCallersToTryAgain) {
  for (const char* kind : {"sync", "sync folder", "create"}) {
    disk_ = {};
    open();
    ASSERT_TRUE(store(letters('a', 'a')));
    disk_.fail_next("sync", std::errc::io_error);
    disk_.fail_next(kind, std::errc::io_error);
    EXPECT_EQ(store(letters('b', 'c')).error().code, std::errc::io_error) << kind;
    EXPECT_EQ(cursor().lag_records, 1u);
    ASSERT_TRUE(store(letters('d', 'e')));
    open();
    EXPECT_EQ(deliver(), "ade") << kind;
  }
}

TEST_F(LogTest, AFileLeftOverByAFailureDoesNotStandInTheWay) {
  open();
  ASSERT_TRUE(store(letters('a', 'c')));
  disk_.fail_next("sync folder", std::errc::io_error);
  disk_.fail_next("remove", std::errc::io_error);
  EXPECT_FALSE(store(letters('d', 'd')));
  EXPECT_THAT(segments(), SizeIs(2));
  ASSERT_TRUE(store(letters('e', 'e')));
  EXPECT_EQ(deliver(), "abce");
}

TEST_F(LogTest, AFileThatCannotBeRemovedIsRemovedLater) {
  open();
  ASSERT_TRUE(store(letters('a', 'd')));
  deliver();
  disk_.fail_next("remove", std::errc::io_error);
  backlog_->tidy();
  EXPECT_THAT(segments(), SizeIs(2));
  backlog_->tidy();
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(LogTest, ATornTailCostsItselfAlone) {
  open();
  ASSERT_TRUE(store(letters('a', 'b')));
  backlog_.reset();
  auto bytes = disk_.files().at(segment_name(0));
  bytes.resize(bytes.size() - 1);
  disk_.put(segment_name(0), bytes);
  open();
  ASSERT_TRUE(store(letters('c', 'c')));
  EXPECT_EQ(deliver(), "ac");
}

TEST_F(LogTest, ATailThatRottedAfterItWasAcknowledgedGivesNoNumberAgain) {
  open();
  ASSERT_TRUE(store(letters('a', 'b')));
  EXPECT_EQ(deliver(), "ab");
  backlog_.reset();
  disk_.flip(segment_name(0), disk_.files().at(segment_name(0)).size() - 1);
  open();
  EXPECT_EQ(cursor().lag_records, 0u);
  ASSERT_TRUE(store(letters('c', 'c')));
  EXPECT_THAT(backlog_->read(*topic_, {kAll, kAll}), ElementsAre(testing::Field(&Record::number, 2)));
}

TEST_F(LogTest, ALastSegmentWithoutAHeaderIsRemoved) {
  open();
  ASSERT_TRUE(store(letters('a', 'c')));
  backlog_.reset();
  disk_.put(segment_name(3), Bytes(50));
  open();
  EXPECT_THAT(segments(), ElementsAre(segment_name(0)));
  ASSERT_TRUE(store(letters('d', 'd')));
  EXPECT_EQ(deliver(), "abcd");
}

TEST_F(LogTest, ADamagedRecordInTheMiddleCostsOneAndIsCounted) {
  for (const std::size_t segment : {0U, 6U}) {  // an old one, and the last
    disk_ = {};
    open();
    backlog_->open_lane("archive", Destination::stream);
    ASSERT_TRUE(store({record("a"), record("b", true, false), record("c")}));
    ASSERT_TRUE(store(letters('d', 'i')));
    backlog_.reset();
    disk_.flip(segment_name(segment), kHeaderBytes + frame_size(record("a")) + 30);
    open();
    EXPECT_EQ(cursor().lag_records, 9u);
    EXPECT_EQ(deliver(), segment == 0 ? "acdefghi" : "abcdefgi");
    EXPECT_EQ(cursor().lost_records, 1u);
    EXPECT_EQ(cursor().lag_records, 0u);
    Lane& again = backlog_->open_lane("archive", Destination::stream);
    EXPECT_THAT(backlog_->read(again, {kAll, kAll}), SizeIs(segment == 0 ? 8 : 7));
    EXPECT_EQ(again.read.lost, segment == 0 ? 0u : 1u);
  }
}

TEST_F(LogTest, ADamagedLengthCostsTheRestOfItsSegmentAndNoMore) {
  open();
  ASSERT_TRUE(store(letters('a', 'g')));
  disk_.flip(segment_name(3), kHeaderBytes + frame_size(record("a")) + 2);
  EXPECT_EQ(deliver(), "abcdg");
  EXPECT_EQ(cursor().lost_records, 2u);
  EXPECT_EQ(cursor().lag_records, 0u);
}

TEST_F(LogTest, AMissingSegmentInTheMiddleIsCounted) {
  for (const bool header_alone : {false, true}) {
    disk_ = {};
    open();
    ASSERT_TRUE(store(letters('a', 'g')));
    EXPECT_EQ(deliver(1), "a");
    backlog_.reset();
    if (header_alone) {
      for (const std::size_t byte : {20U, 40U}) disk_.flip(segment_name(3), byte);
    } else {
      disk_.lose(segment_name(3));
    }
    open();
    EXPECT_THAT(segments(), ElementsAre(segment_name(0), segment_name(6)));
    EXPECT_EQ(deliver(), "bcg");
    EXPECT_EQ(cursor().lost_records, 3u);
  }
}

TEST_F(LogTest, AFlippedBitOfAHeaderCostsNothing) {
  open();
  ASSERT_TRUE(store(letters('a', 'g')));
  backlog_.reset();
  disk_.flip(segment_name(3), 30, 5);
  open();
  EXPECT_EQ(deliver(), "abcdefg");
  EXPECT_EQ(cursor().lost_records, 0u);
}

TEST_F(LogTest, AReaderOnADiskThatFailsForAWhileLosesNothing) {
  open();
  ASSERT_TRUE(store(letters('a', 'b')));
  int told = 0;
  disk_.fail_next("open", std::errc::too_many_files_open);
  EXPECT_EQ(deliver(), "");
  backlog_->when_available(*topic_, [&] { ++told; });
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(backlog_->has_failed_reader());
  backlog_->retry_readers({}, 0s);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(deliver(), "ab");
  EXPECT_EQ(cursor().lost_records, 0u);
}

TEST_F(LogTest, AReaderThatFailsAgainWaitsAPauseEachTime) {
  open();
  ASSERT_TRUE(store(letters('a', 'b')));
  disk_.fail_every("open", std::errc::too_many_files_open);
  int told = 0;
  const auto read = [&] {
    EXPECT_EQ(deliver(), "");
    backlog_->when_available(*topic_, [&] { ++told; });
  };
  const SteadyTime begin{};
  for (int i = 0; i < 3; ++i) {
    const SteadyTime now = begin + i * 1h;
    read();
    EXPECT_TRUE(backlog_->has_failed_reader());
    EXPECT_EQ(backlog_->retry_readers(now, 10s), now + 10s);
    EXPECT_FALSE(backlog_->has_failed_reader()) << "it is waited for";
    backlog_->tidy();
    ASSERT_TRUE(store(letters('c', 'c')));
    read();
    EXPECT_EQ(backlog_->retry_readers(now + 9s, 10s), now + 10s);
    EXPECT_EQ(told, i);
    EXPECT_EQ(backlog_->retry_readers(now + 10s, 10s), std::nullopt);
    EXPECT_EQ(told, i + 1);
  }
  disk_.ok();
  EXPECT_EQ(deliver(), "abccc");
}

TEST_F(LogTest, ASectorThatCannotBeReadIsDamage) {
  open();
  ASSERT_TRUE(store(letters('a', 'd')));
  disk_.fail_next("read", std::errc::io_error);
  EXPECT_EQ(deliver(), "d");
  EXPECT_EQ(cursor().lost_records, 3u);
}

TEST_F(LogTest, ARefusedFolderSaysWhatToDo) {
  open();
  const auto second = Backlog::open(disk_.folder(), {});
  EXPECT_EQ(second.error().code, std::errc::resource_unavailable_try_again);
  ASSERT_TRUE(store(letters('a', 'c')));
  backlog_.reset();

  Bytes other;
  SegmentHeader header{{}, 3, {}};
  encode(other, header);
  disk_.put(segment_name(3), other);
  EXPECT_THAT(error_of_opening(), HasSubstr("belongs to another stream (00000000-0000-0000-0000-000000000000)"));

  disk_.put(segment_name(3), {});
  disk_.fail_every("open", std::errc::permission_denied);
  EXPECT_THAT(error_of_opening(), HasSubstr("Permission denied"));
}

TEST_F(LogTest, OverwritesWholeSegmentsAndCountsWhatEachHadNotYetGot) {
  open(OnFull::overwrite_oldest, 600);
  Lane& archive = backlog_->open_lane("archive", Destination::stream);
  ASSERT_TRUE(store(letters('a', 'f')));
  EXPECT_EQ(deliver(2), "ab");
  EXPECT_THAT(backlog_->read(archive, {1, kAll}), SizeIs(1));  // in its hands
  ASSERT_TRUE(store(letters('g', 'l')));
  EXPECT_LE(stats().bytes, 600u);
  EXPECT_EQ(stats().rejected, 0u);
  const std::uint64_t kept = stats().cursors[0].lag_records;
  EXPECT_LT(kept, 10u);
  EXPECT_EQ(topic_->read.lost, 10 - kept);
  EXPECT_EQ(archive.read.lost, 11 - kept);
  EXPECT_EQ(deliver().size(), kept);
}

TEST_F(LogTest, RejectsWhenFullAndWhatCanNeverFit) {
  open(OnFull::reject_new, 600);
  Record huge = record("x");
  huge.payload.resize(600);
  ASSERT_TRUE(store({huge}));
  EXPECT_EQ(stats().rejected, 1u);
  ASSERT_TRUE(store(letters('a', 'z')));
  const std::uint64_t kept = stats().appended;
  EXPECT_EQ(stats().rejected, 27 - kept);
  EXPECT_LE(stats().bytes, 600u);
  EXPECT_EQ(deliver().size(), kept);
  ASSERT_TRUE(store(letters('a', 'd')));
  EXPECT_EQ(deliver(), "abcd");
  EXPECT_EQ(cursor().lost_records, 0u);
}

TEST_F(LogTest, ALossSurvivesARestartWhichCountsOnlyWhatItFindsItself) {
  open(OnFull::overwrite_oldest, 600);
  ASSERT_TRUE(store(letters('a', 'l')));
  const std::uint64_t lost = cursor().lost_records;
  EXPECT_GT(lost, 0u);
  backlog_->close(*topic_);
  open(OnFull::overwrite_oldest, 600);
  EXPECT_EQ(topic_->read.lost, lost);
  EXPECT_EQ(cursor().lost_records, 0u) << "it was told before";
  EXPECT_EQ(deliver(1).size(), 1u);
  backlog_.reset();
  disk_.lose(segments().front());
  open(OnFull::overwrite_oldest, 600);
  const std::uint64_t found = cursor().lost_records;
  EXPECT_EQ(found, 2u) << "the rest of that segment";
  EXPECT_EQ(topic_->read.lost, lost + found);
  EXPECT_EQ(1 + deliver().size() + lost + found, 12u);
}

/// Some of it in the segment it has read up to, or all of it before.
TEST_F(LogTest, WhatWasOverwrittenInAnExportersHandsIsLostUnlessItIsAcknowledged) {
  for (const std::size_t held : {2U, 4U, 10U}) {
    for (const bool acknowledges : {false, true}) {
      disk_ = {};
      open(OnFull::overwrite_oldest, 900);
      ASSERT_TRUE(store(letters('a', 'j')));
      EXPECT_THAT(backlog_->read(*topic_, {held, kAll}), SizeIs(held));
      ASSERT_TRUE(store(letters('k', 't')));
      const std::uint64_t lost_so_far = cursor().lost_records;
      EXPECT_EQ(lost_so_far, 20 - held - backlog_->read(*topic_, {kAll, kAll}).size());
      if (acknowledges) backlog_->acknowledge(*topic_);
      backlog_->close(*topic_);
      open(OnFull::overwrite_oldest, 900);
      if (acknowledges) EXPECT_EQ(topic_->read.lost, lost_so_far) << held;
      else EXPECT_EQ(topic_->read.lost + deliver().size(), 20U) << held;
      EXPECT_EQ(cursor().lag_records, 0U);
    }
  }
}

TEST_F(LogTest, ACursorFileDamagedInBothSlotsBeginsAtTheOldestRecord) {
  open();
  ASSERT_TRUE(store(letters('a', 'c')));
  EXPECT_EQ(deliver(1), "a");
  EXPECT_EQ(deliver(1), "b");
  backlog_.reset();
  disk_.flip("topic.cursor", kSlotBytes + 30);  // the older or the newer
  open();
  const std::string after = deliver();
  EXPECT_THAT(after, testing::AnyOf("bc", "c"));
  backlog_.reset();
  for (const std::size_t slot : {0U, 1U}) disk_.flip("topic.cursor", slot * kSlotBytes + 30);
  open();
  EXPECT_EQ(deliver(), "abc");
  open();
  EXPECT_EQ(deliver(), "");
}

TEST_F(LogTest, AnExporterThatIsNoLongerThereIsForgotten) {
  open();
  backlog_->open_lane("archive", Destination::stream);
  ASSERT_TRUE(store(letters('a', 'd')));
  open();
  EXPECT_EQ(deliver(), "abcd");
  backlog_->tidy();
  EXPECT_THAT(segments(), SizeIs(2));  // it may still come
  backlog_->forget_unopened();
  backlog_->tidy();
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_FALSE(disk_.files().contains("archive.cursor"));
}

TEST_F(LogTest, APlaceThatCannotBeStoredIsGivenAgainAfterARestart) {
  open();
  ASSERT_TRUE(store(letters('a', 'b')));
  disk_.fail_next("write", std::errc::io_error);
  EXPECT_EQ(deliver(), "ab");
  EXPECT_EQ(deliver(), "");
  backlog_.reset();
  open();
  EXPECT_THAT(deliver(), testing::AnyOf("", "ab"));
}

}  // namespace
}  // namespace m2c2::stream
