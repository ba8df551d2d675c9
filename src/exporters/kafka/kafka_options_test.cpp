// What is wrong with the options is told before anything runs, with its name and what to do.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_options.hpp"

#include <gmock/gmock.h>

namespace m2c2::exporters {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

KafkaOptions with(KafkaProperties properties) {
  return {.brokers = "127.0.0.1:9092", .topic = "m2c2", .properties = std::move(properties)};
}

std::string problem(const KafkaOptions& options) {
  const auto checked = check_kafka_options(options);
  return checked ? "" : checked.error().text;
}

std::string problem(KafkaProperties properties) { return problem(with(std::move(properties))); }

TEST(KafkaOptions, AreRightWithWhatLibrdkafkaKnows) {
  EXPECT_EQ(problem(KafkaProperties{{"security.protocol", "SASL_SSL"},
                                    {"sasl.mechanism", "PLAIN"},
                                    {"sasl.username", "gateway"},
                                    {"sasl.password", "secret"},
                                    {"compression.type", "zstd"},
                                    {"max.in.flight", "5"},
                                    {"acks", "all"},
                                    {"enable.idempotence", "true"}}),
            "");
}

TEST(KafkaOptions, AnUnknownPropertyIsNamedAndTheNearestOne) {
  EXPECT_THAT(problem(KafkaProperties{{"sasl.pasword", "hush"}}),
              AllOf(HasSubstr("no property sasl.pasword; did you mean sasl.password?"), Not(HasSubstr("hush"))));
}

TEST(KafkaOptions, AWrongValueIsNamedUnlessItIsASecret) {
  EXPECT_THAT(problem(KafkaProperties{{"compression.type", "rar"}}),
              AllOf(HasSubstr("compression.type"), HasSubstr("rar")));
  EXPECT_THAT(problem(KafkaProperties{{"ssl.ca.location", "/nowhere/ca.pem"}, {"security.protocol", "SSL"}}),
              HasSubstr("ssl.ca.location"));
}

TEST(KafkaOptions, NothingThatBreaksTheGuaranteeIsTaken) {
  for (const auto& [name, value] : KafkaProperties{{"enable.idempotence", "false"},
                                                   {"acks", "1"},
                                                   {"message.timeout.ms", "30000"},
                                                   {"retries", "3"},
                                                   {"log.queue", "false"},
                                                   {"bootstrap.servers", "other:9092"}})
    EXPECT_THAT(problem(KafkaProperties{{name, value}}),
                AllOf(HasSubstr("the property " + name), HasSubstr(" cannot be " + value)));
  EXPECT_THAT(problem(KafkaProperties{{"max.in.flight", "6"}}), HasSubstr("max.in.flight"));
}

TEST(KafkaOptions, ATopicIsOneThatBrokersTake) {
  for (const char* topic : {"", "..", "plant/line", "plant line"})
    EXPECT_THAT(problem(KafkaOptions{.brokers = "b:1", .topic = topic}), HasSubstr("no topic named"));
  EXPECT_THAT(problem(KafkaOptions{.brokers = "", .topic = "m2c2"}), HasSubstr("give host:port"));
}

TEST(KafkaOptions, AConsumerCommitsOnlyWhatIsDone) {
  const auto problem_of = [](KafkaProperties properties) {
    const auto checked = check_kafka_options(
        KafkaConsumerOptions{.brokers = "b:1", .topic = "t", .group = "g", .properties = std::move(properties)});
    return checked ? "" : checked.error().text;
  };
  EXPECT_EQ(problem_of({{"session.timeout.ms", "10000"}}), "");
  EXPECT_THAT(problem_of({{"enable.auto.commit", "true"}}), HasSubstr("enable.auto.commit cannot be true"));
  EXPECT_THAT(problem_of({{"log.queue", "false"}}), HasSubstr("log.queue cannot be false"));
  EXPECT_THAT(problem_of({{"auto.offset.reset", "latest"}}), HasSubstr("auto.offset.reset cannot be latest"));
}

TEST(KafkaOptions, OfAProducersPropertiesAConsumerHasThoseOfTheConnection) {
  EXPECT_THAT(shared_properties({{"security.protocol", "SSL"},
                                 {"linger.ms", "5"},
                                 {"compression.type", "zstd"},
                                 {"sasl.password", "secret"},
                                 {"acks", "all"}}),
              ElementsAre(Pair("security.protocol", "SSL"), Pair("sasl.password", "secret")));
}

TEST(KafkaOptions, ASessionEndsAfterTheTimeThatIsSetOrLibrdkafkasOwn) {
  using std::chrono::seconds;
  const KafkaConsumerOptions options{.brokers = "b:1", .topic = "t", .group = "g"};
  auto hasty = options;
  hasty.properties = {{"session.timeout.ms", "6000"}};
  EXPECT_EQ(session_timeout(options).value(), seconds{45});
  EXPECT_EQ(session_timeout(hasty).value(), seconds{6});
}

}  // namespace
}  // namespace m2c2::exporters
