// The exporter, driven by its pump, against a cluster that answers, refuses, goes and comes.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_exporter.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "base/ids.hpp"
#include "disk/folder.hpp"
#include "exporters/pump.hpp"
#include "log/log.hpp"
#include "stream/file_stream.hpp"
#include "tests/support/await.hpp"
#include "tests/support/mock_kafka.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using test::KafkaMessage;
using test::MockKafka;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr int kPartitions = 4;
constexpr int kKeys = 7;
constexpr Duration kPatience = 60s;

class KafkaTest : public testing::Test {
 protected:
  KafkaTest() {
    log::set_level(log::Level::off);
    kafka_.make_topic("telemetry", kPartitions);
    for (int i = 0; i < kPartitions; ++i) kafka_.lead("telemetry", i, i % 3 + 1);
  }
  ~KafkaTest() override {
    if (pump_) finish();
    loop_.stop();
    thread_.join();
    stream_.reset();
    std::filesystem::remove_all(folder_);
  }

  KafkaOptions options(KafkaProperties more = {}) const {
    KafkaOptions made{.brokers = kafka_.brokers(), .topic = "telemetry", .patience = 2s};
    made.properties = {{"reconnect.backoff.max.ms", "100"}, {"retry.backoff.ms", "10"}};
    made.properties.insert(made.properties.end(), more.begin(), more.end());
    return made;
  }

  /// What `work` gives, run on the loop, as all that touches the exporter must be.
  template <class Work>
  auto on_loop(Work work) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto result = task.get_future();
    loop_.post([&task] { task(); });
    return result.get();
  }

  void start(const KafkaOptions& options) {
    on_loop([&] { begin(options); });
  }
  void begin(const KafkaOptions& options) {
    ended_ = false;
    auto made = make_kafka_exporter(options, loop_);
    ASSERT_TRUE(made) << made.error().text;
    exporter_ = std::move(*made);
    PumpOptions pumping{.batch_records = 100, .first_back_off = 10ms, .longest_back_off = 100ms, .jitter_seed = 1};
    pump_ = std::make_unique<Pump>(*stream_, *exporter_, loop_, pumping, [this](std::span<const Rejection> rejections) {
      for (const auto& [record, why] : rejections) rejected_.emplace_back(record.id, why);
      return Result<>{};
    });
    loop_.spawn(run());
  }

  net::Task<> run() {
    co_await pump_->run();
    ended_ = true;
  }

  stream::Record record(const std::string& payload, std::string key) {
    const auto at = WallTime{std::chrono::seconds{1'767'225'600}};
    return {payload, "m2c2/job/a/tag", payload, std::move(key), false, true, at};
  }

  /// Records 0, 1, 2 … of keys in turn.
  void append(int count) {
    std::vector<stream::Record> records;
    for (int i = 0; i < count; ++i, ++appended_)
      records.push_back(record(std::to_string(appended_), "key-" + std::to_string(appended_ % kKeys)));
    stream_->append(std::move(records));
  }

  void run_until(const std::function<bool()>& condition) { ASSERT_TRUE(test::await_on(loop_, condition, kPatience)); }
  void run_until_delivered(std::uint64_t count) {
    run_until([&] { return pump_->stats().delivered == count; });
  }
  /// How long a stop takes, to the last thread.
  Duration finish() {
    const SteadyTime begin = loop_.steady();
    on_loop([&] { pump_->stop(); });
    run_until([&] { return ended_; });
    on_loop([&] {
      exporter_.reset();
      pump_.reset();
    });
    return loop_.steady() - begin;
  }

  std::uint64_t lag() const { return stream_->stats().cursors.at(0).lag_records; }
  std::vector<KafkaMessage> messages() const { return kafka_.read_all("telemetry", kPartitions); }
  /// All of 0 … appended_ - 1 have arrived, each key's in their order; a repetition is no disorder.
  void expect_all_in_order() {
    std::map<std::string, std::vector<int>> values;
    std::size_t distinct = 0;
    for (const KafkaMessage& message : messages()) {
      auto& of_key = values[message.key];
      const int value = std::stoi(message.value);
      if (std::ranges::find(of_key, value) != of_key.end()) continue;
      of_key.push_back(value);
      ++distinct;
    }
    EXPECT_EQ(distinct, static_cast<std::size_t>(appended_));
    for (const auto& [key, of_key] : values) EXPECT_TRUE(std::ranges::is_sorted(of_key)) << key;
  }

  net::EventLoop loop_;
  MockKafka kafka_;
  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("m2c2-kafka-" + new_id());
  std::unique_ptr<stream::Stream> stream_ = *stream::make_file_stream(*disk::make_folder(folder_));
  std::unique_ptr<Exporter> exporter_;
  std::unique_ptr<Pump> pump_;
  std::vector<std::pair<std::string, std::string>> rejected_;
  int appended_ = 0;
  bool ended_ = false;
  std::thread thread_{[this] { loop_.run(); }};
};

TEST_F(KafkaTest, DeliversEachRecordOnceToThePartitionOfItsKeyInOrder) {
  start(options());
  append(1000);
  run_until_delivered(1000);
  expect_all_in_order();
  EXPECT_THAT(messages(), SizeIs(1000));
  std::map<std::string, std::set<int>> partitions;
  for (const auto& message : messages()) partitions[message.key].insert(message.partition);
  EXPECT_THAT(partitions, SizeIs(kKeys));
  for (const auto& [key, of_key] : partitions) EXPECT_THAT(of_key, SizeIs(1)) << key;
}

TEST_F(KafkaTest, ARecordWithoutAKeyTakesItsTopicForOne) {
  start(options());
  stream_->append({record("1", "")});
  run_until_delivered(1);
  EXPECT_EQ(messages().at(0).key, "m2c2/job/a/tag");
}

/// The mock appends nothing when it answers with an error, so what comes twice would be our doing.
TEST_F(KafkaTest, ErrorsThatPassCostNeitherOrderNorDuplicates) {
  start(options());
  append(2000);
  std::vector<rd_kafka_resp_err_t> errors;
  for (int i = 0; i < 8; ++i)
    errors.insert(errors.end(), {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NO_ERROR,
                                 RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                 RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE});
  kafka_.fail(MockKafka::kProduce, errors);
  run_until_delivered(2000);
  expect_all_in_order();
  EXPECT_THAT(messages(), SizeIs(2000));
  EXPECT_THAT(rejected_, SizeIs(0));
}

TEST_F(KafkaTest, BrokersThatGoAndComeUnderLoadLoseNothing) {
  start(options());
  for (int round = 0; round < 3; ++round) {
    const auto before = pump_->stats().delivered;
    append(500);
    run_until([&] { return pump_->stats().delivered > before; });
    kafka_.down(round == 2 ? -1 : round + 1);
    append(1000);
    run_until([&] { return pump_->stats().failing_since.has_value(); });
    EXPECT_THAT(pump_->stats().why,
                AllOf(HasSubstr("Kafka topic telemetry at 127.0.0.1:"), Not(HasSubstr("in state"))));
    kafka_.up(-1);
    run_until_delivered(static_cast<std::uint64_t>(appended_));
    EXPECT_FALSE(pump_->stats().failing_since);
  }
  expect_all_in_order();
}

/// What a fatal error leaves goes to a new producer, in its order.
TEST_F(KafkaTest, AFatalErrorMakesTheProducerAnew) {
  start(options());
  append(1000);
  run_until([&] { return pump_->stats().delivered > 0; });
  kafka_.fail(MockKafka::kProduce,
              {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
               RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH});
  run_until_delivered(1000);
  EXPECT_GT(pump_->stats().retries, 0u);
  expect_all_in_order();
}

TEST_F(KafkaTest, AMessageThatIsTooLargeIsRejectedAndTheOthersGoThrough) {
  start(options({{"message.max.bytes", "10000"}}));
  append(10);
  auto large = record(std::string(20'000, 'x'), "key-0");
  large.id = "large";
  stream_->append({large});
  append(10);
  run_until_delivered(20);
  expect_all_in_order();
  ASSERT_THAT(rejected_, SizeIs(1));
  EXPECT_EQ(rejected_[0].first, "large");
  EXPECT_THAT(rejected_[0].second, AllOf(HasSubstr("too large"), HasSubstr("raise the topic's max.message.bytes")));
}

/// As small as a machine with little memory may want it, and smaller than a batch.
TEST_F(KafkaTest, AFullQueueWaitsForRoomAndGoesOn) {
  start(options({{"queue.buffering.max.messages", "10"}, {"queue.buffering.max.kbytes", "1"}}));
  append(500);
  run_until_delivered(500);
  expect_all_in_order();
  EXPECT_THAT(messages(), SizeIs(500));
  EXPECT_EQ(pump_->stats().retries, 0u);
}

TEST_F(KafkaTest, AMessageLargerThanTheWholeQueueIsRejectedAndTheOthersGoThrough) {
  start(options({{"queue.buffering.max.kbytes", "1"}}));
  append(10);
  stream_->append({record(std::string(2'000, 'x'), "key-0")});
  append(10);
  run_until_delivered(20);
  expect_all_in_order();
  ASSERT_THAT(rejected_, SizeIs(1));
  EXPECT_THAT(rejected_[0].second, HasSubstr("raise the property queue.buffering.max.kbytes"));
}

/// A broker refuses a request as a whole; which message was to blame shows when each of them goes alone.
TEST_F(KafkaTest, OfARefusedRequestOnlyTheGuiltyMessageIsRejected) {
  kafka_.make_topic("narrow", 1);
  auto narrow = options({{"linger.ms", "200"}});
  narrow.topic = "narrow";
  kafka_.fail(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_NO_ERROR,
                                    RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_INVALID_RECORD});
  start(narrow);
  append(5);
  run_until_delivered(4);
  std::vector<std::string> values;
  for (const auto& message : kafka_.read_all("narrow", 1)) values.push_back(message.value);
  EXPECT_THAT(values, ElementsAre("0", "1", "3", "4"));
  ASSERT_THAT(rejected_, SizeIs(1));
  EXPECT_EQ(rejected_[0].first, "2");
}

TEST_F(KafkaTest, ATopicThatIsNotThereIsToldAndComesIntoUse) {
  kafka_.refuse_topic("telemetry", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  auto hasty = options({{"topic.metadata.propagation.max.ms", "100"}});
  hasty.patience = 20s;
  start(hasty);
  append(10);
  run_until([&] { return pump_->stats().failing_since.has_value(); });
  EXPECT_THAT(pump_->stats().why, AllOf(HasSubstr("telemetry"), HasSubstr("create the topic, or correct `topic`")));
  kafka_.refuse_topic("telemetry", RD_KAFKA_RESP_ERR_NO_ERROR);
  run_until_delivered(10);
  expect_all_in_order();
}

TEST_F(KafkaTest, AStopWhileBrokersAreAwayIsQuickAndKeepsWhatIsDue) {
  kafka_.down(-1);
  start(options());
  append(500);
  run_until([&] { return pump_->stats().failing_since.has_value(); });
  EXPECT_THAT(pump_->stats().why, HasSubstr("check that a broker runs at `brokers`"));
  EXPECT_LT(finish(), 2s);
  kafka_.up(-1);
  start(options());
  run_until([&] { return lag() == 0; });
  expect_all_in_order();
}

TEST_F(KafkaTest, AStopUnderLoadAcknowledgesWhatArrived) {
  start(options());
  kafka_.slow(50);
  append(5000);
  run_until([&] { return pump_->stats().delivered > 100; });
  EXPECT_LT(finish(), 2s);
  start(options());
  run_until([&] { return lag() == 0; });
  expect_all_in_order();
}

}  // namespace
}  // namespace m2c2::exporters
