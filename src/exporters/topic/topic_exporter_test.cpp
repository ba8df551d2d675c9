// The topic exporter keeps to its window and its rate, gives each record its fate, and stops soon.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/topic/topic_exporter.hpp"

#include <gmock/gmock.h>

#include "net/virtual_loop.hpp"
#include "tests/support/fake_broker.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using mqtt::MqttError;
using test::FakeBroker;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class TopicExporterTest : public testing::Test {
 protected:
  void make(TopicOptions options, FakeBroker::Answers answers = FakeBroker::Answers::when_told) {
    broker_ = std::make_unique<FakeBroker>(answers);
    exporter_ = std::make_unique<TopicExporter>(*broker_, loop_, options);
    broker_->connect();
    loop_.settle();
  }

  void deliver(std::size_t count) {
    records_.clear();
    for (std::size_t i = 0; i < count; ++i)
      records_.push_back({std::to_string(i), "m2c2/job/j/t" + std::to_string(i), "payload", {}, true, false});
    outcomes_.reset();
    loop_.spawn(run());
    loop_.settle();
  }
  net::Task<> run() { outcomes_ = co_await exporter_->deliver(records_); }

  std::vector<std::size_t> portions() const {
    std::vector<std::size_t> sizes;
    for (const auto& batch : broker_->waiting) sizes.push_back(batch.messages.size());
    return sizes;
  }
  void answer(mqtt::Published fates) {
    broker_->answer(std::move(fates));
    loop_.settle();
  }
  std::vector<Fate> fates() const {
    std::vector<Fate> fates;
    for (const Outcome& outcome : outcomes_.value()) fates.push_back(outcome.fate);
    return fates;
  }

  net::VirtualLoop loop_;
  std::unique_ptr<FakeBroker> broker_;
  std::unique_ptr<TopicExporter> exporter_;
  std::vector<stream::Record> records_;
  std::optional<std::vector<Outcome>> outcomes_;
};

TEST_F(TopicExporterTest, PublishesEachRecordToItsTopicNotRetained) {
  make({}, FakeBroker::Answers::at_once);
  deliver(2);
  EXPECT_THAT(fates(), Each(Fate::accepted));
  ASSERT_THAT(broker_->arrived, SizeIs(2));
  EXPECT_EQ(broker_->arrived[1].topic, "m2c2/job/j/t1");
  EXPECT_EQ(broker_->arrived[1].payload, "payload");
  EXPECT_FALSE(broker_->arrived[1].retain);
}

TEST_F(TopicExporterTest, HasNoMoreThanAWindowOnItsWayAndKeepsItFilled) {
  make({.window = 4});
  deliver(7);
  EXPECT_THAT(portions(), ElementsAre(2, 2));
  answer({{}, {}});
  EXPECT_THAT(portions(), ElementsAre(2, 2));
  answer({{}, {}});
  EXPECT_THAT(portions(), ElementsAre(2, 1));
  answer({{}, {}});
  EXPECT_FALSE(outcomes_);
  answer({{}});
  EXPECT_THAT(fates(), Each(Fate::accepted));
  EXPECT_THAT(broker_->arrived, SizeIs(7));
}

TEST_F(TopicExporterTest, AWindowOfOneWorks) {
  make({.window = 1}, FakeBroker::Answers::at_once);
  deliver(3);
  EXPECT_THAT(fates(), Each(Fate::accepted));
}

TEST_F(TopicExporterTest, GivesEachRecordItsFate) {
  make({.window = 10});
  deliver(4);
  answer({{}, MqttError::too_large, MqttError::refused, {}});
  EXPECT_THAT(fates(), ElementsAre(Fate::accepted, Fate::rejected, Fate::rejected, Fate::accepted));
  EXPECT_EQ((*outcomes_)[1].why, mqtt::error_text(MqttError::too_large));
}

TEST_F(TopicExporterTest, SendsNothingMoreAfterWhatHasToBeRetried) {
  make({.window = 4});
  deliver(100);
  answer({{}, MqttError::lost});
  answer({MqttError::lost, MqttError::not_connected});
  EXPECT_THAT(broker_->waiting, IsEmpty());
  ASSERT_TRUE(outcomes_);
  EXPECT_EQ(fates()[0], Fate::accepted);
  for (std::size_t i = 1; i < 100; ++i) {
    EXPECT_EQ((*outcomes_)[i].fate, Fate::retry);
    EXPECT_EQ((*outcomes_)[i].why, "broker not connected");
  }
}

TEST_F(TopicExporterTest, WaitsForWhatIsOnItsWayBeforeItReports) {
  make({.window = 4});
  deliver(100);
  answer({MqttError::lost, MqttError::lost});
  EXPECT_FALSE(outcomes_);
  answer({{}, {}});
  EXPECT_EQ(fates()[2], Fate::accepted);
  EXPECT_EQ(fates()[4], Fate::retry);
}

TEST_F(TopicExporterTest, TellsWhenTheBrokerIsBack) {
  make({});
  int back = 0;
  exporter_->on_back([&] { ++back; });
  broker_->disconnect();
  loop_.settle();
  EXPECT_EQ(back, 0);
  broker_->connect();
  loop_.settle();
  EXPECT_EQ(back, 1);
}

TEST_F(TopicExporterTest, KeepsToItsRateInEverySecond) {
  make({.publish_rate = 100}, FakeBroker::Answers::at_once);
  deliver(500);
  std::vector<std::size_t> arrived{broker_->arrived.size()};  // each tenth of a second
  while (!outcomes_) {
    loop_.advance(100ms);
    arrived.push_back(broker_->arrived.size());
  }
  EXPECT_THAT(broker_->arrived, SizeIs(500));
  EXPECT_EQ(arrived.size(), 50u);  // 4.9 s: the first portion did not wait
  for (std::size_t i = 10; i < arrived.size(); ++i) EXPECT_LE(arrived[i] - arrived[i - 10], 100u);
}

TEST_F(TopicExporterTest, ARestDoesNotBuyABurst) {
  make({.publish_rate = 100}, FakeBroker::Answers::at_once);
  deliver(10);
  loop_.advance(1min);
  deliver(100);
  EXPECT_THAT(broker_->arrived, SizeIs(20));
}

TEST_F(TopicExporterTest, TheRateHoldsAcrossDeliveries) {
  make({.publish_rate = 2}, FakeBroker::Answers::at_once);
  deliver(1);
  deliver(1);
  EXPECT_FALSE(outcomes_);
  loop_.advance(499ms);
  EXPECT_FALSE(outcomes_);
  loop_.advance(1ms);
  EXPECT_THAT(fates(), ElementsAre(Fate::accepted));
}

TEST_F(TopicExporterTest, ASlowBrokerDoesNotSlowTheRateWhileTheWindowLasts) {
  make({.window = 100, .publish_rate = 100});
  deliver(50);
  loop_.advance(400ms);
  EXPECT_THAT(portions(), ElementsAre(10, 10, 10, 10, 10));
}

TEST_F(TopicExporterTest, StopsAtOnceWhileItPacesItself) {
  make({.publish_rate = 1}, FakeBroker::Answers::at_once);
  deliver(3);
  exporter_->stop();
  loop_.settle();
  EXPECT_THAT(fates(), ElementsAre(Fate::accepted, Fate::retry, Fate::retry));
}

TEST_F(TopicExporterTest, LeavesABrokerAMomentToAcknowledgeWhenStopped) {
  make({.window = 4});
  deliver(6);
  exporter_->stop();
  loop_.advance(100ms);
  answer({{}, {}});
  EXPECT_FALSE(outcomes_);
  loop_.advance(400ms);
  EXPECT_THAT(fates(), ElementsAre(Fate::accepted, Fate::accepted, Fate::retry, Fate::retry, Fate::retry, Fate::retry));
}

TEST_F(TopicExporterTest, AnAnswerThatComesAfterItsEndFindsNobody) {
  make({.window = 4});
  deliver(4);
  exporter_->stop();
  loop_.advance(1s);
  ASSERT_TRUE(outcomes_);
  exporter_.reset();
  answer({{}, {}});
  broker_->disconnect();
  broker_->connect();
  loop_.settle();
  EXPECT_THAT(fates(), Each(Fate::retry));
}

}  // namespace
}  // namespace m2c2::exporters
