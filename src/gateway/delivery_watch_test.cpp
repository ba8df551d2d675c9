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
                          "bring destinations back, make room on the disk, or raise [stream] max-size."));
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
