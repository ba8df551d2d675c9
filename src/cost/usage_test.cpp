// Billed units, against figures worked out by hand.
// SPDX-License-Identifier: Apache-2.0
#include "cost/usage.hpp"

#include <gmock/gmock.h>

namespace m2c2::cost {
namespace {

using namespace std::chrono_literals;

constexpr double kMonth = 2'628'000;  // seconds

Gateway gateway(std::vector<Flow> flows) { return {"factory-1", std::move(flows)}; }

TEST(TopicUsage, BillsOneMessageForEachFiveKilobytesBegun) {
  const Gateway one = gateway({{.tags = 2, .a_second = 1, .payload = 5120, .key = 20},
                               {.tags = 1, .a_second = 0.5, .payload = 5121, .key = 20}});
  const TopicUsage usage = topic_usage({&one, 1});
  EXPECT_DOUBLE_EQ(usage.messages, 2.5 * kMonth);
  EXPECT_DOUBLE_EQ(usage.units, 3 * kMonth);
  EXPECT_DOUBLE_EQ(usage.bytes, (2 * 5120 + 0.5 * 5121) * kMonth);
}

TEST(StreamUsage, RoundsEachRecordUpAsEachServiceDoes) {
  const Gateway one = gateway({{.tags = 200, .a_second = 1, .payload = 599, .key = 20}});
  const StreamUsage usage = stream_usage({&one, 1}, {});
  EXPECT_DOUBLE_EQ(usage.records, 525'600'000);
  EXPECT_DOUBLE_EQ(usage.put_units, 525'600'000);
  EXPECT_DOUBLE_EQ(usage.bytes, 525'600'000.0 * 620);
  EXPECT_DOUBLE_EQ(usage.shards, 1);
  EXPECT_NEAR(usage.text_gb, 525.6e6 * 600 / 1073741824, 1e-6);
  EXPECT_NEAR(usage.on_demand_gb, 525.6e6 * 1024 / 1073741824, 1e-6);
  EXPECT_NEAR(usage.firehose_gb, 525.6e6 * 5120 / 1073741824, 1e-6);
  EXPECT_NEAR(usage.objects, kMonth * 200 * 600 / 5242880, 1e-6);
}

TEST(StreamUsage, JoinsTheMessagesOfAnAliasThatAFlushFinds) {
  // A minute finds 60 messages of 600 bytes: 36,000 and the key are two units, and in Firehose eight times 5 KB.
  const Gateway one = gateway({{.tags = 20, .a_second = 1, .payload = 599, .key = 20}});
  const StreamUsage usage = stream_usage({&one, 1}, {.flush_interval = 60s});
  EXPECT_DOUBLE_EQ(usage.records, 20 * kMonth / 60);
  EXPECT_DOUBLE_EQ(usage.put_units, 2 * 20 * kMonth / 60);
  EXPECT_NEAR(usage.firehose_gb, 8 * 5120 * 20 * kMonth / 60 / 1073741824, 1e-9);
  EXPECT_DOUBLE_EQ(stream_usage({&one, 1}, {.joins = false, .flush_interval = 60s}).records, 20 * kMonth);
}

TEST(StreamUsage, FlushesEarlierWhenMuchIsCollected) {
  // 2 MiB come together in 20.97 s at 100,000 bytes a second, with 20 or 21 messages of each of the 100 aliases.
  const Gateway one = gateway({{.tags = 100, .a_second = 1, .payload = 999, .key = 20}});
  const StreamUsage usage = stream_usage({&one, 1}, {.flush_interval = 60s});
  EXPECT_NEAR(usage.records, 100 * kMonth / 20.97152, 1);
}

TEST(StreamUsage, EndsARecordAtTheRecordSize) {
  // 10 of 1,000 bytes, of which 4 go into 4,096 with a key of 20: two records of 4 and one of 2.
  const Gateway one = gateway({{.tags = 1, .a_second = 1, .payload = 999, .key = 20}});
  const StreamUsage usage = stream_usage({&one, 1}, {.record_size = 4096, .flush_interval = 10s});
  EXPECT_DOUBLE_EQ(usage.records, 3 * kMonth / 10);
  EXPECT_NEAR(usage.text_gb, 1000 * kMonth / 1073741824, 1e-9);
}

TEST(StreamUsage, MixesFlushesThatFindOneMessageMore) {
  // 2.5 a flush on average: as many flushes find 2 as find 3, a record each.
  const Gateway one = gateway({{.tags = 1, .a_second = 2.5, .payload = 99, .key = 20}});
  const StreamUsage usage = stream_usage({&one, 1}, {});
  EXPECT_DOUBLE_EQ(usage.records, kMonth);
  EXPECT_NEAR(usage.text_gb, 250 * kMonth / 1073741824, 1e-9);
}

TEST(StreamUsage, TakesShardsForTheTighterOfBytesAndRecords) {
  const Gateway many = gateway({{.tags = 3001, .a_second = 1, .payload = 99, .key = 20}});
  EXPECT_DOUBLE_EQ(stream_usage({&many, 1}, {}).shards, 4);
  const Gateway large = gateway({{.tags = 25, .a_second = 1, .payload = 99'999, .key = 20}});
  EXPECT_DOUBLE_EQ(stream_usage({&large, 1}, {}).shards, 3);  // 2.4 MiB a second
}

TEST(StreamUsage, OfNothingIsNothing) {
  const Gateway silent = gateway({});
  const StreamUsage usage = stream_usage({&silent, 1}, {});
  EXPECT_EQ(usage.shards, 0);
  EXPECT_EQ(usage.objects, 0);
}

TEST(ArchiveUsage, MakesAnObjectAtTheSizeOrTheInterval) {
  const Gateway slow = gateway({{.tags = 1, .a_second = 1, .payload = 599, .key = 20}});
  const ArchiveUsage by_time = archive_usage({&slow, 1}, {}, 5);
  EXPECT_DOUBLE_EQ(by_time.objects, kMonth / 300);
  EXPECT_NEAR(by_time.stored_gb, 600 * kMonth / 5 / 1073741824, 1e-9);
  const Gateway fast = gateway({{.tags = 1024, .a_second = 1, .payload = 1023, .key = 20}});
  const ArchiveUsage by_size = archive_usage({&fast, 1}, {}, 5);
  EXPECT_DOUBLE_EQ(by_size.objects, kMonth / 5);
  EXPECT_DOUBLE_EQ(by_size.requests, kMonth / 5);
}

TEST(ArchiveUsage, CountsTheGatewaysApart) {
  const std::vector<Gateway> two{gateway({{.tags = 1, .a_second = 1, .payload = 599, .key = 20}}),
                                 gateway({{.tags = 1, .a_second = 1, .payload = 599, .key = 20}})};
  EXPECT_DOUBLE_EQ(archive_usage(two, {}, 5).objects, 2 * kMonth / 300);
}

TEST(ArchiveUsage, CountsThePartsOfALargeObject) {
  // 128 MiB of text at a ratio of 5 are 25.6 MiB: four parts of 8 MiB, and a request to begin and to end.
  const Gateway fast = gateway({{.tags = 1024, .a_second = 1, .payload = 1023, .key = 20}});
  const ArchiveUsage usage = archive_usage({&fast, 1}, {.flush_size = std::size_t{128} << 20}, 5);
  EXPECT_DOUBLE_EQ(usage.objects, kMonth / 128);
  EXPECT_DOUBLE_EQ(usage.requests, 6 * kMonth / 128);
}

}  // namespace
}  // namespace m2c2::cost
