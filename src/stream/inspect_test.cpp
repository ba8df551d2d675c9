// A look from outside at a stream that is in use: what is there, what is damaged, and nothing changed.
// SPDX-License-Identifier: Apache-2.0
#include "stream/inspect.hpp"

#include <gmock/gmock.h>

#include "log/log.hpp"
#include "stream/backlog.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kAll = 1'000'000;

class InspectTest : public testing::Test {
 protected:
  InspectTest() {
    std::vector<Record> records;
    for (char c = 'a'; c <= 'g'; ++c) records.push_back({std::string(1, c), "t", "0123", "k", true, c != 'a'});
    for (std::size_t done = 0; done < records.size();)
      done += backlog_->store(std::span{records}.subspan(done)).value();
    backlog_->read(topic_, {2, kAll});
    backlog_->acknowledge(topic_);
    before_ = disk_.files();
  }

  /// The ids of the records from a number on, and `!` for what is in the place of one.
  std::string ids_from(std::uint64_t from, std::size_t most = kAll) {
    std::string ids;
    const auto read = read_records(*disk_.folder(), from, [&](const Finding& finding) {
      ids += finding.record ? finding.record->id : "!";
      return ids.size() < most;
    });
    return read ? ids : read.error().text;
  }

  test::ForgetfulDisk disk_;
  std::unique_ptr<Backlog> backlog_ = Backlog::open(disk_.folder(), {kAll, OnFull::reject_new, 200}).value();
  Lane& topic_ = backlog_->open_lane("topic", Destination::topic);
  Lane& archive_ = backlog_->open_lane("archive", Destination::stream);
  std::map<std::string, Bytes> before_;
};

TEST_F(InspectTest, TellsSegmentsAndCursorsWhileAGatewayHasTheFolder) {
  const auto view = inspect(*disk_.folder()).value();
  EXPECT_EQ(view.id, to_text(backlog_->id()));
  EXPECT_EQ(view.end, 7u);
  ASSERT_THAT(view.segments, SizeIs(3));
  EXPECT_EQ(view.segments[1].name, segment_name(3));
  EXPECT_EQ(view.segments[1].records, 3u);
  EXPECT_EQ(view.segments[2].records, 1u);
  EXPECT_EQ(view.segments[2].bytes, before_.at(segment_name(6)).size());
  ASSERT_THAT(view.cursors, SizeIs(2));
  EXPECT_EQ(view.cursors[0].exporter, "archive");
  EXPECT_EQ(view.cursors[0].lag_records, 6u);
  EXPECT_EQ(view.cursors[1].number, 2u);
  EXPECT_EQ(view.cursors[1].lag_records, 5u);
  EXPECT_EQ(view.cursors[1].lag_bytes, 5 * 9u);
  EXPECT_EQ(disk_.files(), before_);
}

TEST_F(InspectTest, ReadsRecordsFromANumberOn) {
  EXPECT_EQ(ids_from(0), "abcdefg");
  EXPECT_EQ(ids_from(4), "efg");
  EXPECT_EQ(ids_from(4, 2), "ef");
  EXPECT_EQ(ids_from(7), "");
}

TEST_F(InspectTest, TellsDamageInItsPlace) {
  const std::size_t frame = 8 + 21 + 7;
  disk_.flip(segment_name(0), kHeaderBytes + frame + 30);
  disk_.flip(segment_name(6), kHeaderBytes + 30);
  for (const std::size_t slot : {0U, 1U}) disk_.flip("topic.cursor", slot * kSlotBytes + 3);
  EXPECT_EQ(ids_from(0), "a!cdef!");
  for (const std::size_t byte : {3U, 40U}) disk_.flip(segment_name(3), byte);
  EXPECT_EQ(ids_from(0), "a!c!!");
  const auto view = inspect(*disk_.folder()).value();
  EXPECT_EQ(view.segments[1].damage, "no valid header");
  EXPECT_THAT(view.segments[2].damage, HasSubstr("no whole record in its last 36 bytes"));
  EXPECT_EQ(view.cursors[1].damage, "both slots are damaged");
}

TEST_F(InspectTest, TellsWhatWasOverwrittenAsARestartWould) {
  disk_.lose(segment_name(0));
  const auto view = inspect(*disk_.folder()).value();
  EXPECT_EQ(view.cursors[1].number, 3u);
  EXPECT_EQ(view.cursors[1].lag_records, 4u);
  EXPECT_EQ(view.cursors[1].lost_records, 1u);
  backlog_.reset();
  const auto backlog = Backlog::open(disk_.folder(), {kAll, OnFull::reject_new, 200}).value();
  EXPECT_EQ(backlog->open_lane("topic", Destination::topic).read.lost, 1u);
}

TEST_F(InspectTest, AnEmptyFolderHasNoStream) {
  const auto view = inspect(*test::ForgetfulDisk{}.folder()).value();
  EXPECT_EQ(view.id, "");
  EXPECT_THAT(view.segments, IsEmpty());
}

}  // namespace
}  // namespace m2c2::stream
