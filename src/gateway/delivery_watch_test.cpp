// A loss is told when it begins and when it is over, with its count; a failing destination likewise.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/delivery_watch.hpp"

#include <gmock/gmock.h>

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class DeliveryWatchTest : public testing::Test {
 protected:
  std::vector<std::string> see(Duration later) {
    now_ += later;
    std::vector<std::string> told;
    for (const auto& news : watch_.see(stream_, {archive_}, now_))
      told.push_back((news.severity == job::Severity::info ? "info: " : "error: ") + news.text);
    return told;
  }

  DeliveryWatch watch_;
  SteadyTime now_{};
  stream::Stats stream_{.cursors = {{"archive", 0, 0, 0}}};
  ExporterStatus archive_{"archive", {}};
};

TEST_F(DeliveryWatchTest, ALossIsToldOnceWhenItBeginsAndCountedWhenItIsOver) {
  EXPECT_THAT(see(1s), IsEmpty());
  stream_.cursors[0].lost_records = 3;
  EXPECT_THAT(see(1s),
              ElementsAre("error: 3 messages are lost to exporter archive so far: the stream was full and its "
                          "oldest messages gave way to new ones, or its files are damaged, as the log tells. Remedy: "
                          "bring the destination back, raise [stream] max-size, or look after the disk."));
  stream_.cursors[0].lost_records = 10;
  EXPECT_THAT(see(20s), IsEmpty());
  EXPECT_THAT(see(20s), IsEmpty());
  EXPECT_THAT(see(10s), ElementsAre("info: No more messages are lost to exporter archive; they were 10 in all."));
  stream_.cursors[0].lost_records = 11;
  EXPECT_EQ(see(1s).at(0).substr(0, 22), "error: 1 messages are ") << "the next one begins anew";
}

TEST_F(DeliveryWatchTest, AFullDiskIsToldWithItsCause) {
  stream_.rejected = 5;
  stream_.trouble = "no space left on /var";
  EXPECT_THAT(see(1s),
              ElementsAre("error: 5 messages are not taken into the stream so far: no space left on /var. Remedy: "
                          "make room on the disk, look after it, or bring destinations back."));
}

TEST_F(DeliveryWatchTest, AFullStreamIsToldAsSuch) {
  stream_.bytes = 1000;
  stream_.rejected = 5;
  EXPECT_THAT(see(1s),
              ElementsAre("error: 5 messages are not taken into the stream so far: it is full with 1000 bytes. "
                          "Remedy: bring destinations back, or raise [stream] max-size."));
}

TEST_F(DeliveryWatchTest, ADiskThatIsTooSlowIsNotToldAsAFullStream) {
  stream_.bytes = 12;
  stream_.max_bytes = 1000;
  stream_.rejected = stream_.overrun = 5;
  EXPECT_THAT(see(1s), ElementsAre("error: 5 messages are not taken into the stream so far: more came than its disk "
                                   "takes, and what may wait for that in memory does; the stream itself holds 12 bytes "
                                   "of at most 1000. Remedy: find out what slows that disk down, or give the stream a "
                                   "faster one."));
  see(1min);
  stream_.rejected = 6;
  EXPECT_THAT(see(1s).at(0), testing::HasSubstr("it is full")) << "this time";
}

TEST_F(DeliveryWatchTest, ADiskThatTakesNothingIsToldThoughNothingIsLostYet) {
  stream_.trouble = "no space left on /var; make room";
  EXPECT_THAT(see(1s), IsEmpty());
  EXPECT_THAT(see(10s), ElementsAre("error: The stream takes no messages: no space left on /var; make room. What comes "
                                    "waits in memory for a while."));
  EXPECT_THAT(see(10s), IsEmpty());
  stream_.trouble.clear();
  EXPECT_THAT(see(1s), ElementsAre("info: The stream takes messages again."));
}

TEST_F(DeliveryWatchTest, ADestinationThatFailsForAWhileIsToldUntilItDeliversAgain) {
  archive_.pump.failing_since = WallTime{};
  archive_.pump.why = "no folder";
  EXPECT_THAT(see(1s), IsEmpty());
  EXPECT_THAT(see(10s), ElementsAre("error: Exporter archive cannot deliver: no folder. What it is due waits in the "
                                    "stream."));
  EXPECT_THAT(see(10s), IsEmpty());
  archive_.pump.failing_since.reset();
  EXPECT_THAT(see(1s), ElementsAre("info: Exporter archive delivers again."));
  archive_.pump.failing_since = WallTime{};
  EXPECT_THAT(see(1s), IsEmpty());
  archive_.pump.failing_since.reset();
  EXPECT_THAT(see(1s), IsEmpty()) << "what was not told is not taken back";
}

TEST_F(DeliveryWatchTest, ATopicExporterIsToldOfWhereTheBrokerCanCarryIt) {
  archive_ = {"topic", {.failing_since = WallTime{}, .why = "broker not connected"}};
  EXPECT_THAT(see(1s), IsEmpty());
  EXPECT_THAT(see(1h), IsEmpty());
  archive_.pump.why = "cannot write dead letters";
  archive_.pump.cannot_bury = true;
  EXPECT_THAT(see(1s), IsEmpty());
  EXPECT_THAT(see(10s), ElementsAre("error: Exporter topic cannot deliver: cannot write dead letters. What it is due "
                                    "waits in the stream."));
  archive_.pump.failing_since.reset();
  EXPECT_THAT(see(1s), ElementsAre("info: Exporter topic delivers again."));
}

}  // namespace
}  // namespace m2c2::gateway
