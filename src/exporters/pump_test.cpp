// The pump delivers in order, retries what has to be, gives up nothing silently, waits without spinning and ends soon.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/pump_test.hpp"

#include <thread>

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(PumpTest, DeliversWhatComesInOrderBatchByBatch) {
  append("abcdef");
  append("g");
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abcd", "ef", "g"));
  EXPECT_EQ(lag(), 0u);
  EXPECT_EQ(pump_->stats().delivered, 7u);
  EXPECT_EQ(pump_->stats().bytes, 7 * std::string{"payload"}.size());
}

TEST_F(PumpTest, IsQuietWhileThereIsNothingForIt) {
  stream_->append({{"x", "t", "for the stream alone", {}, false, true}});
  loop_.advance(1h);
  EXPECT_THAT(exporter_.deliveries, IsEmpty());
}

TEST_F(PumpTest, RetriesOnlyWhatHasToBeAndLetsNothingOvertakeIt) {
  exporter_.replies = {{kAccepted, kRetry, kAccepted, kRetry}, {kRetry, kAccepted}};
  append("abcdef");
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abcd"));
  EXPECT_EQ(lag(), 6u);
  loop_.advance(5s);
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abcd", "bd", "b", "ef"));
  EXPECT_EQ(lag(), 0u);
  EXPECT_EQ(pump_->stats().delivered, 6u);
  EXPECT_EQ(pump_->stats().retries, 3u);
}

TEST_F(PumpTest, ARejectedRecordIsReportedAndHoldsBackNoOther) {
  exporter_.replies = {{kAccepted, kRejected, kAccepted}};
  append("abc");
  append("d");
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abc", "d"));
  EXPECT_THAT(rejected_, ElementsAre("b: too large"));
  EXPECT_EQ(pump_->stats().rejected, 1u);
  EXPECT_EQ(pump_->stats().delivered, 3u);
  EXPECT_EQ(lag(), 0u);
}

TEST_F(PumpTest, ABatchWithRejectedAndRetriedRecordsReportsEachRejectedOnce) {
  exporter_.replies = {{kRejected, kRetry, kRetry}, {kRetry, kRejected}};
  append("abc");
  loop_.advance(5s);
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abc", "bc", "b"));
  EXPECT_THAT(rejected_, ElementsAre("a: too large", "c: too large"));
}

TEST_F(PumpTest, BacksOffLongerAndLongerUpToItsCap) {
  exporter_.always = kRetry;
  append("a");
  loop_.advance(10min);
  const auto& times = exporter_.times;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const Duration full = std::min<Duration>(250ms * (1 << std::min<std::size_t>(i - 1, 10)), 15s);
    EXPECT_LE(times[i] - times[i - 1], full) << i;
    EXPECT_GE(times[i] - times[i - 1], full * 3 / 4) << i;
  }
  EXPECT_GT(times.size(), 40u);
  EXPECT_LT(times.size(), 60u);
}

TEST_F(PumpTest, BeginsWithTheShortestWaitAgainOnceSomethingGotThrough) {
  exporter_.replies = {{kRetry, kRetry}, {kRetry, kRetry}, {kRetry, kRetry}, {kAccepted, kRetry}};
  append("ab");
  loop_.advance(1min);
  ASSERT_THAT(exporter_.times, SizeIs(5));
  EXPECT_GE(exporter_.times[3] - exporter_.times[2], 750ms);
  EXPECT_LE(exporter_.times[4] - exporter_.times[3], 250ms);
}

TEST_F(PumpTest, TriesAtOnceWhenTheDestinationIsBack) {
  exporter_.always = kRetry;
  append("a");
  loop_.advance(5min);
  const auto tries = exporter_.deliveries.size();
  exporter_.always.reset();
  exporter_.come_back();
  loop_.settle();
  EXPECT_THAT(exporter_.deliveries, SizeIs(tries + 1));
  EXPECT_EQ(lag(), 0u);
}

TEST_F(PumpTest, ADestinationThatIsBackBeforeTheFailureIsKnownIsTriedAtOnceToo) {
  exporter_.takes_long = true;
  exporter_.replies = {{kRetry}};
  append("a");
  exporter_.come_back();
  exporter_.takes_long = false;
  exporter_.finish();
  loop_.settle();
  EXPECT_THAT(exporter_.deliveries, ElementsAre("a", "a"));
}

TEST_F(PumpTest, TellsSinceWhenItFailsAndWhy) {
  EXPECT_FALSE(pump_->stats().failing_since);
  loop_.advance(10s);
  const WallTime begin = loop_.wall();
  exporter_.always = kRetry;
  append("a");
  loop_.advance(1h);
  EXPECT_EQ(pump_->stats().failing_since, begin);
  EXPECT_EQ(pump_->stats().why, "broker not connected");
  exporter_.always.reset();
  loop_.advance(15s);
  EXPECT_FALSE(pump_->stats().failing_since);
}

TEST_F(PumpTest, StopsAtOnceWhileIdle) {
  pump_->stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(PumpTest, StopsAtOnceWhileBackingOffAndAcknowledgesNothing) {
  exporter_.always = kRetry;
  append("ab");
  loop_.advance(1min);
  const auto tries = exporter_.deliveries.size();
  pump_->stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(lag(), 2u);
  exporter_.come_back();
  loop_.advance(1h);
  EXPECT_THAT(exporter_.deliveries, SizeIs(tries));
}

TEST_F(PumpTest, StopsWithTheDeliveryUnderWayAndAcknowledgesWhatItSettled) {
  exporter_.takes_long = true;
  append("abcdef");
  pump_->stop();
  loop_.settle();
  EXPECT_FALSE(ended_);
  exporter_.finish();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(lag(), 2u);
}

TEST_F(PumpTest, AsksTheExporterToLetGoWhenStopped) {
  exporter_.takes_long = exporter_.lets_go = true;
  exporter_.replies = {{kAccepted, kRetry}};
  append("ab");
  pump_->stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(lag(), 2u);
  EXPECT_FALSE(pump_->stats().failing_since);
}

TEST_F(PumpTest, AnExporterThatNeverWaitsLeavesTheLoopToOthers) {
  std::vector<stream::Record> backlog(40, {"a", "t", "", {}, true, false});
  stream_->append(std::move(backlog));
  loop_.post([this] { loop_.post([this] { pump_->stop(); }); });
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_LT(exporter_.deliveries.size(), 5u);
}

TEST_F(PumpTest, CarriesOnAfterWhatWasOverwrittenWhileItLagged) {
  exporter_.always = kRetry;
  append("abcdefghijklmno");
  append("pqrstuvwxyz");
  exporter_.always.reset();
  loop_.advance(1min);
  std::string delivered;
  for (std::size_t i = 1; i < exporter_.deliveries.size(); ++i) delivered += exporter_.deliveries[i];
  EXPECT_EQ(delivered.substr(0, 4), "abcd");
  EXPECT_EQ(delivered.back(), 'z');
  EXPECT_TRUE(std::ranges::is_sorted(delivered));
  EXPECT_EQ(delivered.size() + lost(), 26u);
  EXPECT_GT(lost(), 0u);
}

TEST_F(PumpTest, WhatAnExporterForgetsToAnswerForIsRetried) {
  exporter_.replies = {{kAccepted}};
  append("abc");
  loop_.advance(1s);
  EXPECT_THAT(exporter_.deliveries, ElementsAre("abc", "bc"));
  EXPECT_EQ(lag(), 0u);
}

TEST_F(PumpTest, NothingReachesAPumpThatIsGone) {
  pump_->stop();
  stream_->append({{"a", "t", "", {}, true, false}});  // its wake-up is on its way already
  loop_.settle();
  ASSERT_TRUE(ended_);
  pump_.reset();
  stream_->append({{"b", "t", "", {}, true, false}});
  exporter_.come_back();
  loop_.advance(1min);
  EXPECT_THAT(exporter_.deliveries, Each("a"));
}

/// Ends the loop with its thousandth record.
class ThousandthRecordEnds final : public Exporter {
 public:
  explicit ThousandthRecordEnds(net::EventLoop& loop) : loop_{loop} {}
  std::string_view name() const override { return "counting"; }
  stream::Destination destination() const override { return stream::Destination::topic; }
  net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record> records) override {
    for (const auto& record : records) ids.push_back(record.id);
    if (ids.size() >= 1000) loop_.stop();
    co_return std::vector<Outcome>(records.size());
  }

  std::vector<std::string> ids;

 private:
  net::EventLoop& loop_;
};

TEST(PumpThreads, WakesForWhatAnotherThreadAppends) {
  net::EventLoop loop;
  const auto stream = stream::make_memory_stream(1'000'000, stream::OnFull::reject_new);
  ThousandthRecordEnds exporter{loop};
  Pump pump{*stream, exporter, loop};
  loop.spawn(pump.run());
  std::thread poller{[&] {
    for (int i = 0; i < 1000; ++i) stream->append({{std::to_string(i), "t", "", {}, true, false}});
  }};
  loop.run();
  poller.join();
  ASSERT_THAT(exporter.ids, SizeIs(1000));
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(exporter.ids[i], std::to_string(i));
}

}  // namespace
}  // namespace m2c2::exporters
