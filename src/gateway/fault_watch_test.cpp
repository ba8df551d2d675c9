// A fault is told when it appears, changes and goes, and not in between.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/fault_watch.hpp"

#include <gmock/gmock.h>

namespace m2c2::gateway {
namespace {

using telemetry::Fault;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

auto about(const std::string& subject) { return Field(&Fault::subject, subject); }

TEST(FaultWatch, TellsAFaultOnceAndItsEndOnce) {
  FaultWatch watch;
  const std::vector<Fault> m100{{"device_read M100", "C056"}};
  EXPECT_THAT(watch.see(m100).appeared, ElementsAre(about("device_read M100")));
  for (int i = 0; i < 3; ++i) {
    const auto news = watch.see(m100);
    EXPECT_THAT(news.appeared, IsEmpty());
    EXPECT_THAT(news.gone, IsEmpty());
  }
  EXPECT_THAT(watch.see({}).gone, ElementsAre("device_read M100"));
  EXPECT_THAT(watch.see({}).gone, IsEmpty());
}

TEST(FaultWatch, TellsAFaultAgainWhenItsReasonChanges) {
  FaultWatch watch;
  watch.see({{"device_read M100", "C056"}});
  const auto news = watch.see({{"device_read M100", "C05B"}});
  EXPECT_THAT(news.appeared, ElementsAre(about("device_read M100")));
  EXPECT_THAT(news.gone, IsEmpty());
}

TEST(FaultWatch, KeepsSubjectsApart) {
  FaultWatch watch;
  watch.see({{"a", "1"}, {"b", "1"}});
  const auto news = watch.see({{"b", "1"}, {"c", "1"}});
  EXPECT_THAT(news.appeared, ElementsAre(about("c")));
  EXPECT_THAT(news.gone, ElementsAre("a"));
}

TEST(FaultWatch, IsNotShakenByOneSubjectWithTwoReasons) {
  FaultWatch watch;
  const std::vector<Fault> twice{{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(watch.see(twice).appeared.size(), 1u);
  EXPECT_THAT(watch.see(twice).appeared, IsEmpty());
}

}  // namespace
}  // namespace m2c2::gateway
