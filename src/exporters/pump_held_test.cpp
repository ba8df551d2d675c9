// What an exporter holds is acknowledged once it is settled, and not before; what is rejected once it is buried.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/pump_test.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PumpHeldTest : public PumpTest {
 protected:
  PumpHeldTest() { exporter_.always = kHeld; }
  void hold_until(Duration from_now) { exporter_.due = loop_.steady() + from_now; }
};

TEST_F(PumpHeldTest, ReadsOnAndAcknowledgesAllAtOnceWhenSettled) {
  hold_until(10s);
  append("abcdef");
  loop_.advance(5s);
  append("g");
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abcd", "ef", "g"));
  EXPECT_EQ(lag(), 7u);
  EXPECT_EQ(pump_->stats().held, 7u);
  EXPECT_EQ(pump_->stats().delivered, 0u);
  const SteadyTime due = exporter_.due;
  loop_.advance(1min);
  EXPECT_THAT(exporter_.settles, ElementsAre(due));
  EXPECT_EQ(lag(), 0u);
  EXPECT_EQ(pump_->stats().held, 0u);
  EXPECT_EQ(pump_->stats().delivered, 7u);
  EXPECT_EQ(pump_->stats().bytes, 7 * std::string{"payload"}.size());
}

TEST_F(PumpHeldTest, SettlesAtOnceBetweenBatchesWhenTheExporterIsFull) {
  hold_until(0s);
  append("abcdef");
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abcd", "ef"));
  EXPECT_THAT(exporter_.settles, SizeIs(2));
  EXPECT_EQ(lag(), 0u);
}

TEST_F(PumpHeldTest, WhatIsAcceptedLaterSettlesNothing) {
  hold_until(10s);
  append("a");
  exporter_.always = kAccepted;
  append("b");
  exporter_.always = kRejected;
  append("c");
  EXPECT_EQ(lag(), 3u);
  loop_.advance(10s);
  EXPECT_EQ(lag(), 0u);
  EXPECT_EQ(pump_->stats().delivered, 2u);
}

TEST_F(PumpHeldTest, BacksOffAndReadsNothingMoreWhileItCannotSettle) {
  hold_until(0s);
  exporter_.settle_reply = {Fate::retry, "disk full"};
  append("abcdef");
  loop_.advance(10min);
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abcd"));
  EXPECT_GT(exporter_.settles.size(), 40u);
  EXPECT_LT(exporter_.settles.size(), 60u);
  EXPECT_EQ(lag(), 6u);
  EXPECT_EQ(pump_->stats().why, "disk full");
  EXPECT_TRUE(pump_->stats().failing_since);
  exporter_.settle_reply = {};
  loop_.advance(15s);
  EXPECT_EQ(lag(), 0u);
  EXPECT_FALSE(pump_->stats().failing_since);
}

TEST_F(PumpHeldTest, SettlesOnceMoreBeforeItEnds) {
  hold_until(1h);
  append("abcdef");
  pump_->stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_THAT(exporter_.settles, SizeIs(1));
  EXPECT_EQ(lag(), 0u);
}

TEST_F(PumpHeldTest, EndsAtOnceWithoutAcknowledgingWhatItCannotSettle) {
  hold_until(1s);
  exporter_.settle_reply = {Fate::retry, "disk full"};
  append("ab");
  loop_.advance(1min);
  const auto attempts = exporter_.settles.size();
  pump_->stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_THAT(exporter_.settles, SizeIs(attempts + 1));
  EXPECT_EQ(lag(), 2u);
}

TEST_F(PumpHeldTest, NeverAcknowledgesABatchThatIsNotDoneAlongWithWhatIsHeld) {
  hold_until(1s);
  exporter_.always.reset();
  exporter_.replies = {{kHeld, kRetry}};
  exporter_.takes_long = true;
  append("ab");
  pump_->stop();
  exporter_.finish();
  loop_.advance(1min);
  EXPECT_TRUE(ended_);
  EXPECT_THAT(exporter_.settles, IsEmpty());
  EXPECT_EQ(lag(), 2u);
}

TEST_F(PumpTest, WhatCannotBeBuriedStaysInTheStreamAndIsNotDeliveredAgain) {
  grave_is_full_ = true;
  exporter_.replies = {{kAccepted, kRejected, kRetry}};
  append("abc");
  loop_.advance(1min);
  append("d");
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abc", "c"));
  EXPECT_EQ(lag(), 4u);
  EXPECT_EQ(pump_->stats().rejected, 0u);
  EXPECT_EQ(pump_->stats().why, "no room");
  grave_is_full_ = false;
  loop_.advance(15s);
  EXPECT_THAT(rejected_, ElementsAre("b: too large"));
  EXPECT_EQ(lag(), 0u);
  EXPECT_EQ(pump_->stats().rejected, 1u);
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abc", "c", "d"));
}

TEST_F(PumpTest, ADestinationThatIsBackDoesNotHurryABurialThatFails) {
  grave_is_full_ = true;
  exporter_.replies = {{kRetry}, {kRejected}};
  append("a");
  loop_.advance(1s);
  const int before = burials_;
  exporter_.come_back();
  loop_.advance(1h);
  EXPECT_LT(burials_ - before, 400) << "one in fifteen seconds, and those of the first seconds";
  exporter_.come_back();
  pump_->stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(lag(), 1u);
}

TEST_F(PumpTest, ABurialThatFailsIsToldApartFromADestinationThatIsAway) {
  exporter_.always = kRetry;
  append("ab");
  EXPECT_FALSE(pump_->stats().cannot_bury);
  grave_is_full_ = true;
  exporter_.always.reset();
  exporter_.replies = {{kRejected, kRetry}};
  loop_.advance(1s);
  EXPECT_TRUE(pump_->stats().cannot_bury);
  EXPECT_EQ(pump_->stats().why, "no room");
  grave_is_full_ = false;
  loop_.advance(15s);
  EXPECT_FALSE(pump_->stats().cannot_bury);
  EXPECT_FALSE(pump_->stats().failing_since);
}

}  // namespace
}  // namespace m2c2::exporters
