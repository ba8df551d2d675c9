// A row of memory cells: bits as words, and what moves among what stands.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/area.hpp"

#include <gmock/gmock.h>

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;
using slmp::DataType;
using testing::ElementsAre;

std::vector<std::uint16_t> words(Area& area, std::size_t first, std::size_t count, Duration at = 0s) {
  std::vector<std::uint16_t> read(count);
  area.read_words(first, read, at);
  return read;
}

void write(Area& area, std::size_t first, DataType type, std::vector<std::uint16_t> values) {
  area.write(first, type, values);
}

Signal signal(std::string_view text) { return parse_signal(text).value(); }

TEST(Area, PacksSixteenBitsIntoAWordLowestFirst) {
  Area bits{Area::Cell::bit, 48};
  write(bits, 0, DataType::bit, {1});
  write(bits, 17, DataType::bit, {1, 1});
  EXPECT_THAT(words(bits, 0, 3), ElementsAre(0x0001, 0x0006, 0));
}

TEST(Area, ReadsWordsFromAnyBit) {
  Area bits{Area::Cell::bit, 40};
  write(bits, 0, DataType::uint16, {0x8421, 0x0F0F});
  EXPECT_THAT(words(bits, 4, 2), ElementsAre(0xF842, 0x00F0));
  write(bits, 39, DataType::bit, {1});
  EXPECT_THAT(words(bits, 24, 1), ElementsAre(0x800F)) << "up to the very last bit";
}

TEST(Area, KnowsWhatItHolds) {
  const Area area{Area::Cell::word, 10};
  EXPECT_TRUE(area.holds(0, 10));
  EXPECT_TRUE(area.holds(9, 1));
  EXPECT_FALSE(area.holds(9, 2));
  EXPECT_FALSE(area.holds(10, 1));
  EXPECT_FALSE(area.holds(4294967295, 1));
}

TEST(Area, MovesAmongWhatStands) {
  Area area{Area::Cell::word, 10};
  write(area, 4, DataType::uint16, {7, 0, 9});
  area.move(5, DataType::uint16, signal("counter:1s"));
  EXPECT_THAT(words(area, 4, 3, 3s), ElementsAre(7, 3, 9));
  EXPECT_THAT(words(area, 4, 3, 4s), ElementsAre(7, 4, 9));
}

TEST(Area, NumbersOfTwoWordsHaveTheLowOneFirst) {
  Area area{Area::Cell::word, 4};
  area.move(1, DataType::uint32, signal("counter:1us"));
  EXPECT_THAT(words(area, 0, 4, 65537us), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(words(area, 2, 1, 131072us), ElementsAre(2)) << "also when only its second word is read";
}

TEST(Area, KeepsTheLowBitsOfWhatIsTooLarge) {
  Area area{Area::Cell::word, 1};
  area.move(0, DataType::uint16, signal("counter:1us"));
  EXPECT_THAT(words(area, 0, 1, 65538us), ElementsAre(2));
  area.move(0, DataType::int16, signal("ramp:-5..-5"));
  EXPECT_THAT(words(area, 0, 1), ElementsAre(0xFFFB));
}

TEST(Area, MovesBits) {
  Area bits{Area::Cell::bit, 64};
  bits.move(3, DataType::bit, signal("toggle:1s"));
  bits.move(20, DataType::uint16, signal("counter:1s"));
  EXPECT_THAT(words(bits, 0, 4, 1s), ElementsAre(0x0008, 0x0010, 0, 0));
  EXPECT_THAT(words(bits, 20, 1, 258s), ElementsAre(258));
}

TEST(Area, CountsTheReadsOfACellAndNoOthers) {
  Area area{Area::Cell::word, 100};
  area.move(50, DataType::uint16, signal("reads"));
  EXPECT_THAT(words(area, 50, 1), ElementsAre(1));
  words(area, 49, 1);
  words(area, 51, 1);
  EXPECT_THAT(words(area, 50, 1), ElementsAre(2));
  EXPECT_EQ(words(area, 0, 100)[50], 3);
}

TEST(Area, StandsStillOnceWritten) {
  Area area{Area::Cell::word, 10};
  area.move(2, DataType::uint32, signal("counter:1s"));
  write(area, 3, DataType::uint16, {77});
  EXPECT_THAT(words(area, 2, 2, 5s), ElementsAre(0, 77)) << "half of it written is all of it stopped";
  area.move(3, DataType::uint16, signal("counter:1s"));
  EXPECT_THAT(words(area, 3, 1, 5s), ElementsAre(5));
}

}  // namespace
}  // namespace m2c2::sim
