// A trouble is told once for each of its reasons, however often and in whatever turn they come.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/told_reasons.hpp"

#include <gtest/gtest.h>

#include "exporters/kafka/kafka_reasons.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;

TEST(ToldReasons, ThatTakeTurnsAreNewsOnceEach) {
  ToldReasons told;
  SteadyTime now{};
  EXPECT_TRUE(told.is_news(now, "broker 1 refuses"));
  EXPECT_TRUE(told.is_news(now, "broker 2 refuses"));
  for (int i = 0; i < 100; ++i) {
    now += 30s;
    EXPECT_FALSE(told.is_news(now, "broker 1 refuses"));
    EXPECT_FALSE(told.is_news(now, "broker 2 refuses"));
  }
}

TEST(ToldReasons, AreNewsAgainOnceTheirTroubleWasOver) {
  ToldReasons told;
  const SteadyTime now{};
  EXPECT_FALSE(told.clear());
  told.is_news(now, "broker 1 refuses");
  EXPECT_TRUE(told.is_news(now + 10min, "broker 1 refuses"));
  EXPECT_TRUE(told.clear());
  EXPECT_TRUE(told.is_news(now + 10min, "broker 1 refuses"));
}

TEST(KafkaReasons, OfOneOutageAreTheSame) {
  constexpr std::string_view kRefused = "127.0.0.1:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused";
  const std::string first = with_remedy(RD_KAFKA_RESP_ERR__FAIL, kRefused);
  EXPECT_EQ(first, kRefused);
  for (const char* more :
       {" (after 0ms in state CONNECT)", " (after 10010ms in state CONNECT, 3 identical error(s) suppressed)"})
    EXPECT_EQ(with_remedy(RD_KAFKA_RESP_ERR__FAIL, std::string{kRefused} + more), first);
}

TEST(KafkaReasons, LoseNothingThatABrokerSays) {
  constexpr std::string_view kLocked = "SASL authentication error: locked (after 3 attempts)";
  EXPECT_EQ(with_remedy(RD_KAFKA_RESP_ERR__FAIL, kLocked), kLocked);
}

}  // namespace
}  // namespace m2c2::exporters
