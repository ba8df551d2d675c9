// Stream, pump and topic exporter together, through bad days of the broker: all arrives, in order per tag, no spinning.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <map>

#include "exporters/pump.hpp"
#include "exporters/topic/topic_exporter.hpp"
#include "log/log.hpp"
#include "net/virtual_loop.hpp"
#include "tests/support/fake_broker.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using mqtt::MqttError;
using test::FakeBroker;
using testing::ElementsAre;
using testing::SizeIs;

class TopicOutage : public testing::Test {
 protected:
  void start(std::size_t max_bytes, FakeBroker::Answers answers, TopicOptions options = {}) {
    log::set_level(log::Level::off);
    stream_ = stream::make_memory_stream(max_bytes, stream::OnFull::overwrite_oldest);
    broker_ = std::make_unique<FakeBroker>(answers);
    exporter_ = std::make_unique<TopicExporter>(*broker_, loop_, options);
    pump_ = std::make_unique<Pump>(*stream_, *exporter_, loop_, PumpOptions{.batch_records = 20, .jitter_seed = 1});
    loop_.spawn(pump_->run());
    broker_->connect();
    loop_.settle();
  }

  /// One message for each of three tags, numbered on.
  void append_iteration() {
    std::vector<stream::Record> records;
    for (const char* tag : {"a", "b", "c"}) records.push_back({"", tag, std::to_string(next_), tag, true, false});
    stream_->append(std::move(records));
    ++next_;
    loop_.settle();
  }

  /// What has arrived of a tag, in the order of arrival.
  std::vector<int> arrived(std::string_view tag) const {
    std::vector<int> numbers;
    for (const auto& message : broker_->arrived)
      if (message.topic == tag) numbers.push_back(std::stoi(message.payload));
    return numbers;
  }
  std::vector<int> all() const {
    std::vector<int> numbers(static_cast<std::size_t>(next_));
    std::ranges::generate(numbers, [n = 0]() mutable { return n++; });
    return numbers;
  }
  stream::CursorStats cursor() const { return stream_->stats().cursors.at(0); }

  net::VirtualLoop loop_;
  std::unique_ptr<stream::Stream> stream_;
  std::unique_ptr<FakeBroker> broker_;
  std::unique_ptr<TopicExporter> exporter_;
  std::unique_ptr<Pump> pump_;
  int next_ = 0;
};

TEST_F(TopicOutage, AnHourWithoutBrokerCostsNoSpinningAndLosesNothing) {
  start(1'000'000, FakeBroker::Answers::at_once);
  append_iteration();
  broker_->disconnect();
  const auto published = broker_->publishes;
  for (int second = 0; second < 3600; ++second) {
    append_iteration();
    loop_.advance(1s);
  }
  EXPECT_LT(broker_->publishes - published, 3600u / 11 + 10);
  EXPECT_EQ(cursor().lag_records, 3 * 3600u);
  broker_->connect();
  loop_.settle();  // at once, without waiting for the back-off's end
  for (const char* tag : {"a", "b", "c"}) EXPECT_EQ(arrived(tag), all());
  EXPECT_EQ(cursor().lag_records, 0u);
  EXPECT_EQ(cursor().lost_records, 0u);
}

TEST_F(TopicOutage, ABrokerThatIsLostInTheMiddleOfABatchGetsOnlyTheRestAgain) {
  start(1'000'000, FakeBroker::Answers::when_told, {.window = 4});
  append_iteration();
  append_iteration();
  append_iteration();  // the first wave took three records; these six are the next batch
  broker_->acknowledge();
  loop_.settle();
  broker_->acknowledge();
  loop_.settle();
  ASSERT_THAT(broker_->waiting, SizeIs(2));
  broker_->answer({{}, MqttError::lost});
  broker_->disconnect();
  loop_.advance(1min);
  EXPECT_EQ(cursor().lag_records, 6u);
  EXPECT_EQ(pump_->stats().why, "broker not connected");
  EXPECT_TRUE(pump_->stats().failing_since);
  broker_->connect();
  for (loop_.settle(); !broker_->waiting.empty(); loop_.settle()) broker_->acknowledge();
  for (const char* tag : {"a", "b", "c"}) EXPECT_EQ(arrived(tag), all());
  EXPECT_EQ(cursor().lag_records, 0u);
  EXPECT_FALSE(pump_->stats().failing_since);
}

TEST_F(TopicOutage, AFlappingConnectionIsTriedOnceEachTimeItIsBack) {
  start(1'000'000, FakeBroker::Answers::when_told);
  broker_->disconnect();
  append_iteration();
  const auto published = broker_->publishes;
  for (int i = 0; i < 600; ++i) {
    broker_->connect();
    loop_.settle();
    broker_->disconnect();
    loop_.advance(1s);
  }
  EXPECT_LE(broker_->publishes - published, 600u + 60u);
  EXPECT_EQ(cursor().lag_records, 3u);
}

TEST_F(TopicOutage, WhatIsOverwrittenMeanwhileIsCountedAndTheRestArrivesInOrder) {
  start(300, FakeBroker::Answers::at_once);
  broker_->disconnect();
  for (int i = 0; i < 200; ++i) append_iteration();
  broker_->connect();
  loop_.settle();
  EXPECT_EQ(broker_->arrived.size() + cursor().lost_records, 600u);
  EXPECT_GT(cursor().lost_records, 0u);
  for (const char* tag : {"a", "b", "c"}) {
    const auto numbers = arrived(tag);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    EXPECT_EQ(numbers.back(), 199);
  }
}

TEST_F(TopicOutage, ARecordThatNoBrokerTakesDoesNotStopItsTag) {
  start(1'000'000, FakeBroker::Answers::at_once);
  broker_->fate_of = [](const mqtt::Message& message) {
    return message.topic == "b" && message.payload == "1" ? make_error_code(MqttError::too_large) : std::error_code{};
  };
  for (int i = 0; i < 3; ++i) append_iteration();
  EXPECT_THAT(arrived("a"), ElementsAre(0, 1, 2));
  EXPECT_THAT(arrived("b"), ElementsAre(0, 2));
  EXPECT_EQ(pump_->stats().rejected, 1u);
  EXPECT_EQ(cursor().lag_records, 0u);
}

TEST_F(TopicOutage, ABacklogDrainsAtTheOperatorsRate) {
  start(1'000'000, FakeBroker::Answers::at_once, {.publish_rate = 30});
  broker_->disconnect();
  for (int i = 0; i < 100; ++i) append_iteration();
  broker_->arrived.clear();
  broker_->connect();
  loop_.advance(1s);
  EXPECT_LE(broker_->arrived.size(), 33u);
  loop_.advance(10s);
  EXPECT_THAT(arrived("a"), SizeIs(100));
  EXPECT_TRUE(std::ranges::is_sorted(arrived("a")));
}

TEST_F(TopicOutage, StopsWithinItsGraceHoweverTheBrokerBehaves) {
  start(1'000'000, FakeBroker::Answers::when_told);
  append_iteration();
  ASSERT_THAT(broker_->waiting, SizeIs(1));
  pump_->stop();
  loop_.advance(500ms);
  const auto published = broker_->publishes;
  append_iteration();
  loop_.advance(1h);
  EXPECT_EQ(broker_->publishes, published);
  EXPECT_EQ(cursor().lag_records, 6u);
}

}  // namespace
}  // namespace m2c2::exporters
