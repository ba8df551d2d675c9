// A fault is told when it appears, changes and goes, and not in between.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/fault_watch.hpp"

#include <gmock/gmock.h>

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;
using telemetry::Fault;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

auto about(const std::string& subject) { return Field(&Fault::subject, subject); }

class FaultWatchTest : public testing::Test {
 protected:
  FaultNews see(const std::vector<Fault>& faults) {
    now_ += 1s;
    return watch_.see(faults, now_);
  }
  /// What is told in so many seconds, a poll a second.
  FaultNews see_for(int seconds, const std::vector<Fault>& faults) {
    FaultNews all;
    for (int i = 0; i < seconds; ++i) {
      const FaultNews news = see(faults);
      all.appeared.insert(all.appeared.end(), news.appeared.begin(), news.appeared.end());
      all.gone.insert(all.gone.end(), news.gone.begin(), news.gone.end());
    }
    return all;
  }

  FaultWatch watch_;
  SteadyTime now_{1h};
};

TEST_F(FaultWatchTest, TellsAFaultOnceAndItsEndOnce) {
  const std::vector<Fault> m100{{"device_read M100", "C056"}};
  EXPECT_THAT(see(m100).appeared, ElementsAre(about("device_read M100")));
  const auto news = see_for(100, m100);
  EXPECT_THAT(news.appeared, IsEmpty());
  EXPECT_THAT(news.gone, IsEmpty());
  EXPECT_THAT(see_for(100, {}).gone, ElementsAre("device_read M100"));
}

TEST_F(FaultWatchTest, TellsAFaultThatComesAndGoesOnce) {
  const std::vector<Fault> busy{{"device_read M100", "C0BD"}};
  EXPECT_THAT(see(busy).appeared, SizeIs(1));
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(see_for(9, {}).gone, IsEmpty());
    EXPECT_THAT(see(busy).appeared, IsEmpty());
  }
}

TEST_F(FaultWatchTest, TellsAFaultAgainWhenItsReasonHasChanged) {
  see({{"device_read M100", "C056"}});
  EXPECT_THAT(see({{"device_read M100", "C05B"}}).appeared, IsEmpty()) << "it may change at each poll";
  const auto news = see_for(100, {{"device_read M100", "C05B"}});
  EXPECT_THAT(news.appeared, ElementsAre(about("device_read M100")));
  EXPECT_THAT(news.gone, IsEmpty());
}

TEST_F(FaultWatchTest, KeepsSubjectsApart) {
  see({{"a", "1"}, {"b", "1"}});
  const auto news = see_for(20, {{"b", "1"}, {"c", "1"}});
  EXPECT_THAT(news.appeared, ElementsAre(about("c")));
  EXPECT_THAT(news.gone, ElementsAre("a"));
}

TEST_F(FaultWatchTest, IsNotShakenByOneSubjectWithTwoReasons) {
  const std::vector<Fault> twice{{"a", "1"}, {"a", "2"}};
  EXPECT_THAT(see(twice).appeared, SizeIs(1));
  EXPECT_THAT(see_for(100, twice).appeared, IsEmpty());
}

TEST_F(FaultWatchTest, TellsOfThousandsInAFewLines) {
  std::vector<Fault> many;
  for (int i = 0; i < 25'000; ++i) many.push_back({"item " + std::to_string(i), "Error"});
  auto news = see(many);
  EXPECT_THAT(news.appeared, SizeIs(FaultWatch::kMostTold));
  EXPECT_EQ(news.more_appeared, many.size() - FaultWatch::kMostTold);
  EXPECT_THAT(see(many).appeared, IsEmpty());
  now_ += FaultWatch::kQuiet;
  news = see({});
  EXPECT_THAT(news.gone, SizeIs(FaultWatch::kMostTold));
  EXPECT_EQ(news.more_gone, many.size() - FaultWatch::kMostTold);
}

}  // namespace
}  // namespace m2c2::gateway
