// Moving values: what they are worth, and what is no signal.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/signal.hpp"

#include <gmock/gmock.h>

#include <set>

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;
using testing::DoubleNear;
using testing::HasSubstr;

double at(std::string_view text, Duration time) { return value_at(parse_signal(text).value(), time, 0); }

TEST(Signal, RampClimbsFromLowToHighAndStartsAgain) {
  EXPECT_EQ(at("ramp:100..200:10s", 0s), 100);
  EXPECT_EQ(at("ramp:100..200:10s", 5s), 150);
  EXPECT_EQ(at("ramp:100..200:10s", 10s), 100);
  EXPECT_EQ(at("ramp:100..200:10s", 1000005s), 150);
}

TEST(Signal, RampFallsWhenHighIsBelowLow) { EXPECT_EQ(at("ramp:10..-10:1s", 750ms), -5); }

TEST(Signal, SineSwingsBetweenLowAndHigh) {
  EXPECT_THAT(at("sine:-1..1:4s", 0s), DoubleNear(0, 1e-9));
  EXPECT_THAT(at("sine:-1..1:4s", 1s), DoubleNear(1, 1e-9));
  EXPECT_THAT(at("sine:0..1000:4s", 3s), DoubleNear(0, 1e-9));
}

TEST(Signal, CounterCountsPeriods) {
  EXPECT_EQ(at("counter:100ms", 99ms), 0);
  EXPECT_EQ(at("counter:100ms", 100ms), 1);
  EXPECT_EQ(at("counter:100ms", 24h), 864000);
}

TEST(Signal, ToggleIsOffAndOnInTurn) {
  EXPECT_EQ(at("toggle:1s", 999ms), 0);
  EXPECT_EQ(at("toggle:1s", 1s), 1);
  EXPECT_EQ(at("toggle:1s", 2s), 0);
}

TEST(Signal, RandomHoldsForAPeriodAndStaysInItsRange) {
  EXPECT_EQ(at("random:5..10:1s", 0ms), at("random:5..10:1s", 999ms));
  std::set<double> values;
  for (int second = 0; second < 1000; ++second) {
    const double value = at("random:5..10:1s", std::chrono::seconds{second});
    EXPECT_GE(value, 5);
    EXPECT_LE(value, 10);
    values.insert(value);
  }
  EXPECT_EQ(values.size(), 1000);
}

TEST(Signal, RandomSignalsOfDifferentSeedsDiffer) {
  Signal one = parse_signal("random").value();
  Signal other = one;
  other.seed = 1;
  EXPECT_NE(value_at(one, 0s, 0), value_at(other, 0s, 0));
}

TEST(Signal, ReadsIsHowOftenItWasRead) { EXPECT_EQ(value_at(parse_signal("reads").value(), 5s, 42), 42); }

TEST(Signal, RangeAndPeriodAreOptionalAndInAnyOrder) {
  EXPECT_EQ(at("ramp", 5s), 500);
  EXPECT_EQ(at("ramp:2s", 1s), 500);
  EXPECT_EQ(at("ramp:2s:0..10", 1s), 5);
  EXPECT_EQ(at("counter", 3s), 3);
}

TEST(Signal, RefusesWhatIsNone) {
  EXPECT_THAT(parse_signal("square").error(), HasSubstr("'square' is not a signal; write ramp"));
  EXPECT_THAT(parse_signal("").error(), HasSubstr("is not a signal"));
  EXPECT_THAT(parse_signal("counter:0..5").error(), HasSubstr("has no range"));
  EXPECT_THAT(parse_signal("reads:1s").error(), HasSubstr("has no period"));
  EXPECT_THAT(parse_signal("ramp:0..x").error(), HasSubstr("'x' is not a number"));
  for (const char* period :
       {"ramp:0s", "ramp:-1s", "ramp:10", "ramp:s", "ramp:1e9s", "ramp:0.0001us", "ramp:99999999999m"}) {
    EXPECT_THAT(parse_signal(period).error(), HasSubstr("is not a duration")) << period;
  }
}

}  // namespace
}  // namespace m2c2::sim
