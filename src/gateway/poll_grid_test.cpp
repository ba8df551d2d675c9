// The grid does not drift, and counts what went by.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/poll_grid.hpp"

#include <gtest/gtest.h>

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{100s};

TEST(PollGrid, PollsAtItsFirstPlaceAndThenEveryInterval) {
  PollGrid grid{kStart, 500ms};
  EXPECT_EQ(grid.next(), kStart);
  for (int k = 1; k <= 1000; ++k) {
    EXPECT_EQ(grid.advance(grid.next() + 123ms), 0u);
    EXPECT_EQ(grid.next(), kStart + k * 500ms);
  }
}

TEST(PollGrid, CountsThePlacesThatWentByAndKeepsItsPace) {
  PollGrid grid{kStart, 1s};
  EXPECT_EQ(grid.advance(kStart + 2300ms), 2u);
  EXPECT_EQ(grid.next(), kStart + 3s);
}

TEST(PollGrid, DoesNotMissThePlaceThatComesAsThePollEnds) {
  PollGrid grid{kStart, 1s};
  EXPECT_EQ(grid.advance(kStart + 1s), 0u);
  EXPECT_EQ(grid.next(), kStart + 1s);
  EXPECT_EQ(grid.advance(kStart + 2s + 1ns), 1u);
  EXPECT_EQ(grid.next(), kStart + 3s);
}

TEST(PollGrid, GoesOnAfterTheMachineWasAsleepForAWeek) {
  PollGrid grid{kStart, 500ms};
  EXPECT_EQ(grid.advance(kStart + 24h * 7), 24u * 7 * 3600 * 2 - 1);
  EXPECT_EQ(grid.next(), kStart + 24h * 7);
}

}  // namespace
}  // namespace m2c2::gateway
