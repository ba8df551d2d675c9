// What the brokers give is taken as what it can be.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_consumer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace m2c2::exporters {
namespace {

TEST(KafkaTime, IsMillisecondsFrom1970To9999) {
  EXPECT_EQ(format_timestamp(kafka_time(0)), "1970-01-01 00:00:00.000000");
  EXPECT_EQ(format_timestamp(kafka_time(1'770'091'506'789)), "2026-02-03 04:05:06.789000");
  EXPECT_EQ(format_timestamp(kafka_time(253'402'300'799'999)), "9999-12-31 23:59:59.999000");
}

TEST(KafkaTime, IsTheFirstMomentWhereATimestampCanBeNoTimeInMilliseconds) {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t timestamp :
       {std::int64_t{-1}, std::int64_t{-9'000'000'000'000}, Limits::min(), std::int64_t{253'402'300'800'000},
        std::int64_t{1'770'091'506'789'000}, std::int64_t{1'770'091'506'789'000'000}, Limits::max()})
    EXPECT_EQ(kafka_time(timestamp), WallTime{}) << timestamp;
}

}  // namespace
}  // namespace m2c2::exporters
