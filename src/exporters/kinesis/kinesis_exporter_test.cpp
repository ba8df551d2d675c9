// The Kinesis exporter under its pump, in virtual time, before a data stream that throttles, fails and forgets to
// answer. SPDX-License-Identifier: Apache-2.0
#include "exporters/kinesis/kinesis_exporter.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>
#include <random>

#include "aws/scripted_http_test.hpp"
#include "exporters/kinesis/put_records.hpp"
#include "exporters/pump.hpp"
#include "log/log.hpp"
#include "net/virtual_loop.hpp"
#include "stream/stream.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre, testing::HasSubstr, testing::SizeIs;

std::string from_base64(std::string_view text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = (bits << 6 | static_cast<unsigned>(kDigits.find(c))) & 0xFFFF;
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFF);
  }
  return bytes;
}

/// A data stream: what each partition key got, in its order.
class FakeKinesis {
 public:
  aws::ScriptedHttp::Answer operator()(const aws::HttpRequest& request) {
    const auto body = boost::json::parse(request.body.bytes()).as_object();
    EXPECT_EQ(body.at("StreamName"), "telemetry");
    boost::json::array fates;
    std::size_t failed = 0;
    for (const auto& record : body.at("Records").as_array()) {
      const std::string key{record.at("PartitionKey").as_string()};
      if (refuses && refuses(key)) {
        ++failed;
        fates.push_back({{"ErrorCode", "ProvisionedThroughputExceededException"}, {"ErrorMessage", "Rate exceeded"}});
        continue;
      }
      records[key].push_back(from_base64(record.at("Data").as_string()));
      fates.push_back({{"SequenceNumber", "1"}, {"ShardId", "shardId-0"}});
    }
    requests.push_back(body.at("Records").as_array().size());
    const boost::json::object answer{{"FailedRecordCount", failed}, {"Records", fates}};
    return aws::HttpResponse{200, {}, boost::json::serialize(answer)};
  }
  std::string all_of(const std::string& key) const {
    std::string all;
    for (const std::string& data : records.at(key)) all += data;
    return all;
  }

  std::function<bool(const std::string& key)> refuses;
  std::map<std::string, std::vector<std::string>> records;
  std::vector<std::size_t> requests;  ///< records of each
};

class KinesisTest : public testing::Test {
 protected:
  explicit KinesisTest(KinesisOptions options = {.stream_name = "telemetry", .record_size = 1000}) {
    log::set_level(log::Level::off);
    auto http = std::make_unique<aws::ScriptedHttp>();
    http_ = http.get();
    http_->otherwise = [this](const aws::HttpRequest& request) { return kinesis_(request); };
    exporter_ = std::make_unique<KinesisExporter>(
        std::make_unique<aws::Client>(
            std::move(http), loop_, aws::IotCredentials{},
            [](const std::string&) { return std::optional<std::string>{"k"}; },
            aws::ServiceOptions{.service = "kinesis", .region = "eu-central-1", .attempts = 1}),
        loop_, std::move(options));
    pump_ = std::make_unique<Pump>(*stream_, *exporter_, loop_, PumpOptions{.jitter_seed = 1},
                                   [this](std::span<const Rejection> rejections) {
                                     for (const Rejection& each : rejections) rejected_.push_back(each.why);
                                     return Result<>{};
                                   });
    loop_.spawn(pump_->run());
    loop_.settle();
  }
  void append(const std::string& key, std::string payload) {
    stream_->append({{"id", "t", std::move(payload), key, false, true, loop_.wall()}});
  }

  net::VirtualLoop loop_;
  std::unique_ptr<stream::Stream> stream_ =
      stream::make_memory_stream(std::size_t{64} << 20, stream::OnFull::overwrite_oldest);
  FakeKinesis kinesis_;
  aws::ScriptedHttp* http_ = nullptr;
  std::unique_ptr<KinesisExporter> exporter_;
  std::vector<std::string> rejected_;
  std::unique_ptr<Pump> pump_;
};

TEST_F(KinesisTest, JoinsTheMessagesOfAnAliasWithNewlines) {
  append("a", "1");
  append("b", "2");
  append("a", "3");
  loop_.advance(999ms);
  EXPECT_THAT(kinesis_.requests, SizeIs(0));
  loop_.advance(1ms);
  EXPECT_THAT(kinesis_.requests, ElementsAre(2));
  EXPECT_THAT(kinesis_.records["a"], ElementsAre("1\n3\n"));
  EXPECT_THAT(kinesis_.records["b"], ElementsAre("2\n"));
  EXPECT_EQ(pump_->stats().delivered, 3u);
}

TEST_F(KinesisTest, SendsTheNextRecordOfAKeyOnlyAfterTheOneBefore) {
  for (const char* each : {"1", "2", "3"}) append("a", std::string(900, *each));
  append("b", "4");
  loop_.advance(1s);
  EXPECT_THAT(kinesis_.requests, ElementsAre(2, 1, 1));
}

TEST_F(KinesisTest, SendsOnlyWhatWasRefusedAgainAndKeepsTheOrderOfEachKey) {
  std::minstd_rand random{7};
  kinesis_.refuses = [&](const std::string&) { return random() % 3 == 0; };
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = fmt::format("tag-{}", random() % 40);
    const std::string payload = fmt::format("{}{}", i, std::string(random() % 400, '.'));
    append(key, payload);
    expected[key] += payload + "\n";
    if (i % 50 == 0) loop_.advance(100ms);
  }
  loop_.advance(1h);
  for (const auto& [key, text] : expected) EXPECT_EQ(kinesis_.all_of(key), text) << key;
  EXPECT_EQ(pump_->stats().delivered, 3000u);
  EXPECT_GT(pump_->stats().retries, 100u);
  EXPECT_FALSE(pump_->stats().failing_since) << "what is throttled in part goes on";
}

TEST_F(KinesisTest, GoesOnWithOtherKeysWhileAShardIsHot) {
  kinesis_.refuses = [](const std::string& key) { return key == "hot"; };
  append("hot", "1");
  append("cold", "2");
  loop_.advance(10s);
  EXPECT_THAT(kinesis_.records["cold"], ElementsAre("2\n"));
  EXPECT_THAT(pump_->stats().why, HasSubstr("Rate exceeded"));
  kinesis_.refuses = {};
  loop_.advance(30s);
  EXPECT_THAT(kinesis_.records["hot"], ElementsAre("1\n"));
}

TEST_F(KinesisTest, TellsTheTrueCauseAndTheRemedyOnce) {
  http_->answer(400,
                R"({"__type":"ResourceNotFoundException","message":"Stream telemetry under account 1 not found."})");
  append("a", "1");
  loop_.advance(1s);
  EXPECT_THAT(pump_->stats().why,
              testing::AllOf(HasSubstr("not found"), HasSubstr("create the data stream telemetry")));
  loop_.advance(1min);
  EXPECT_THAT(kinesis_.records["a"], ElementsAre("1\n"));
  EXPECT_FALSE(pump_->stats().failing_since);
}

TEST_F(KinesisTest, GivesUpAMessageThatNoRecordHolds) {
  append("a", std::string(kMostKinesisRecord, 'x'));
  append("a", "2");
  loop_.advance(1s);
  EXPECT_THAT(rejected_, ElementsAre(HasSubstr("up to 1 MiB")));
  EXPECT_THAT(kinesis_.records["a"], ElementsAre("2\n"));
}

TEST_F(KinesisTest, MakesAKeyOfAnAliasThatIsTooLong) {
  append(std::string(300, 'a'), "1");
  loop_.advance(1s);
  ASSERT_THAT(kinesis_.records, SizeIs(1));
  EXPECT_EQ(kinesis_.records.begin()->first.size(), 64u);
}

TEST_F(KinesisTest, StopsWhileARequestIsUnderWayAndAcknowledgesNothing) {
  http_->otherwise = {};
  append("a", "1");
  loop_.advance(2s);
  pump_->stop();
  loop_.settle();
  EXPECT_EQ(pump_->stats().delivered, 0u);
  EXPECT_EQ(stream_->stats().cursors.at(0).lag_records, 1u);
}

TEST(PutRecords, AnAnswerToOtherRecordsIsNotTaken) {
  EXPECT_FALSE(errors_of_put_records(R"({"Records":[]})", 1));
  EXPECT_FALSE(errors_of_put_records(R"({"Records":[{}]})", 1));
  EXPECT_FALSE(errors_of_put_records(R"({"Records":7})", 1));
  EXPECT_FALSE(errors_of_put_records("[", 1));
}

}  // namespace
}  // namespace m2c2::exporters
