// A message that ends the connection whenever it is sent is found and rejected; a broker that merely dies convicts
// none. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

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
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TopicPoison : public testing::Test {
 protected:
  TopicPoison() {
    log::set_level(log::Level::off);
    loop_.spawn(run());
    broker_.connect();
    loop_.settle();
  }
  net::Task<> run() {
    co_await pump_.run();
    ended_ = true;
  }

  /// The payload is the topic and a letter's place in all; a record a letter, to the topic of that name.
  void append(std::string_view topics) {
    std::vector<stream::Record> records;
    for (const char topic : topics)
      records.push_back({"", {topic}, topic + std::to_string(next_++), {topic}, true, false});
    stream_->append(std::move(records));
    loop_.settle();
  }

  /// Answers what is under way; over a poisonous message the broker ends the connection, and is there again after a
  /// while.
  void serve(Duration for_long, Duration away = 1s) {
    for (const SteadyTime end = loop_.steady() + for_long; loop_.steady() < end; loop_.advance(100ms)) {
      for (loop_.settle(); !broker_.waiting.empty(); loop_.settle())
        if (!answer_oldest()) lose_connection(away);
    }
  }
  /// What comes before a poisonous message is acknowledged.
  bool answer_oldest() {
    mqtt::Published fates;
    bool is_lost = false;
    for (const auto& message : broker_.waiting.front().messages) {
      is_lost = is_lost || is_poisonous(message);
      fates.push_back(is_lost ? make_error_code(MqttError::lost) : std::error_code{});
    }
    broker_.answer(std::move(fates));
    return !is_lost;
  }
  void lose_connection(Duration away) {
    ++losses_;
    broker_.disconnect();
    loop_.advance(away);
    broker_.connect();
    loop_.settle();
  }

  std::string arrived() const {
    std::string payloads;
    for (const auto& message : broker_.arrived) payloads += message.payload + " ";
    return payloads;
  }

  net::VirtualLoop loop_;
  std::unique_ptr<stream::Stream> stream_ = stream::make_memory_stream(1'000'000, stream::OnFull::overwrite_oldest);
  FakeBroker broker_{FakeBroker::Answers::when_told};
  TopicExporter exporter_{broker_, loop_, {.window = 4}};
  std::vector<Rejection> rejected_;
  Pump pump_{*stream_, exporter_, loop_, {.batch_records = 8, .jitter_seed = 1}, [this](std::span<const Rejection> r) {
               rejected_.insert(rejected_.end(), r.begin(), r.end());
               return Result<>{};
             }};
  std::function<bool(const mqtt::Message&)> is_poisonous = [](const mqtt::Message&) { return false; };
  int next_ = 0;
  int losses_ = 0;
  bool ended_ = false;
};

TEST_F(TopicPoison, IsFoundAndRejectedAndTheRestArrivesInOrder) {
  is_poisonous = [](const mqtt::Message& message) { return message.payload == "b4"; };
  append("abcabcabcabc");
  serve(1min);
  EXPECT_EQ(arrived(), "a0 b1 c2 a3 c5 a6 b7 c8 a9 b10 c11 ");
  EXPECT_EQ(losses_, 6);
  ASSERT_THAT(rejected_, SizeIs(1));
  EXPECT_EQ(rejected_[0].record.payload, "b4");
  EXPECT_THAT(rejected_[0].why, HasSubstr("each time this message was sent, at last with it alone"));
  EXPECT_THAT(rejected_[0].why, HasSubstr("the topic's 0 slashes"));
  EXPECT_EQ(stream_->stats().cursors.at(0).lag_records, 0u);
}

TEST_F(TopicPoison, IsFoundThoughTheBrokerIsAwayForLongAfterEachLoss) {
  is_poisonous = [](const mqtt::Message& message) { return message.payload == "b1"; };
  append("abc");
  serve(2h, 10min);
  EXPECT_EQ(arrived(), "a0 c2 ");
  EXPECT_EQ(losses_, 6);
  EXPECT_THAT(rejected_, SizeIs(1));
}

TEST_F(TopicPoison, IsFoundThoughNothingElseIsInItsBatch) {
  is_poisonous = [](const mqtt::Message& message) { return message.topic == "a"; };
  append("a");
  append("b");
  serve(1min);
  EXPECT_EQ(arrived(), "b1 ");
  EXPECT_EQ(losses_, 6);
}

TEST_F(TopicPoison, AForbiddenTopicCostsTwoConnectionsAMessageOnceItIsKnownAndThenNone) {
  is_poisonous = [](const mqtt::Message& message) { return message.topic == "b"; };
  append("abcabcabcabcabcabc");
  serve(2min);
  EXPECT_EQ(arrived(), "a0 c2 a3 c5 a6 c8 a9 c11 a12 c14 a15 c17 ");
  EXPECT_THAT(rejected_, SizeIs(6));
  EXPECT_THAT(rejected_.back().why, HasSubstr("was not sent"));
  EXPECT_EQ(losses_, 6 + 2 * 2);
  serve(10min);
  append("bbb");
  serve(1min);
  EXPECT_EQ(losses_, 6 + 3 * 2) << "one is tried now and then";
  serve(10min);
  is_poisonous = [](const mqtt::Message&) { return false; };
  append("bb");
  serve(1min);
  EXPECT_THAT(arrived(), testing::EndsWith("b21 b22 "));
  is_poisonous = [](const mqtt::Message& message) { return message.topic == "b"; };
  losses_ = 0;
  append("b");
  serve(1min);
  EXPECT_EQ(losses_, 6) << "a topic that took a message is not a known one any more";
}

TEST_F(TopicPoison, ABrokerThatDiesWithTheSameMessagesThreeTimesOnlyDelaysThem) {
  append("abc");
  for (int i = 0; i < 3; ++i) lose_connection(10s);
  EXPECT_THAT(broker_.waiting, IsEmpty());  // they wait until the connection has stood for a while
  serve(3s);
  EXPECT_EQ(arrived(), "a0 b1 c2 ");
  EXPECT_THAT(rejected_, IsEmpty());
}

TEST_F(TopicPoison, ABrokerThatDiesForEverSoonAfterItsStartConvictsNone) {
  append("abc");
  for (int i = 0; i < 200; ++i) {
    loop_.advance(1900ms);
    lose_connection(3s);
  }
  EXPECT_THAT(rejected_, IsEmpty());
  serve(3s);
  EXPECT_EQ(arrived(), "a0 b1 c2 ");
}

TEST_F(TopicPoison, AConnectionThatIsLostWithNothingOnItsWayClearsTheSuspect) {
  append("abc");
  for (int i = 0; i < 40; ++i) {
    loop_.advance(2100ms);
    lose_connection(3s);
    loop_.advance(1s);
    lose_connection(3s);
  }
  EXPECT_THAT(rejected_, IsEmpty());
}

TEST_F(TopicPoison, AnAcknowledgementBetweenTheLossesConvictsNone) {
  for (int i = 0; i < 20; ++i) {
    append("abc");
    lose_connection(10s);
    ASSERT_THAT(broker_.waiting, SizeIs(testing::Gt(0u)));
    broker_.answer(mqtt::Published(broker_.waiting.front().messages.size()));  // some, and dies again
    loop_.settle();
  }
  serve(3s);
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_THAT(broker_.arrived, SizeIs(60));
}

TEST_F(TopicPoison, StopsAtOnceWhileASuspectWaits) {
  append("abc");
  for (int i = 0; i < 3; ++i) lose_connection(1s);
  pump_.stop();
  loop_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_THAT(broker_.waiting, IsEmpty());
  EXPECT_EQ(stream_->stats().cursors.at(0).lag_records, 3u);
}

}  // namespace
}  // namespace m2c2::exporters
