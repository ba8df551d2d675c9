// A PLC that takes less than SLMP allows, and one that says so of what cannot be less.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "machines/slmp/slmp_test.hpp"

namespace m2c2::machines {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SlmpConnectorLimits, APlcThatTakesFewerPointsIsAskedForFewerFromTheNextPollOn) {
  Bench bench{kAscii, {read_of("many", "D", 0, 960)}};  // a built-in port of FX5 takes 480 words in ASCII
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 960}, 1)).reply(bench.wire.refuse(0xC052, 1));
  for (const std::uint16_t serial : {std::uint16_t{2}, std::uint16_t{4}}) {
    const auto next = static_cast<std::uint16_t>(serial + 1);
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 480}, serial))
        .reply(bench.wire.words(ramp(0, 480), serial));
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 480), 480}, next))
        .reply(bench.wire.words(ramp(480, 480), next));
  }
  ASSERT_TRUE(bench.open());
  const auto refused = bench.read().value();
  EXPECT_THAT(refused.values, IsEmpty());
  ASSERT_THAT(refused.faults, SizeIs(1));
  EXPECT_THAT(refused.faults[0].why, AllOf(HasSubstr("C052"), HasSubstr("at most 480 points")));
  for (int poll = 0; poll < 2; ++poll) {
    const auto samples = bench.read().value();
    EXPECT_THAT(samples.faults, IsEmpty());
    EXPECT_THAT(bench.values(samples), ElementsAre("many=" + json_of(ramp(0, 960))));
  }
}

TEST(SlmpConnectorLimits, OnePointThatIsTooManyStaysAFault) {
  Bench bench{k4E, {read_of("one", "D", 0, 1)}};
  ASSERT_TRUE(bench.open());
  for (std::uint16_t serial = 1; serial <= 3; ++serial) {
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 1}, serial))
        .reply(bench.wire.refuse(0xC051, serial));
    const auto samples = bench.read().value();
    ASSERT_THAT(samples.faults, SizeIs(1));
    EXPECT_THAT(samples.faults[0].why, testing::Not(HasSubstr("from now on")));
  }
}

TEST(SlmpConnectorLimits, APlcThatFindsEvenOnePointTooManyIsNotAskedPointByPointForEver) {
  Bench bench{k4E, {read_of("many", "D", 0, 960)}};
  std::vector<std::uint16_t> asked;
  bench.plc.otherwise([&](ByteView message) {
    const auto request = slmp::decode_request(k4E, message).value();
    asked.push_back(slmp::decode_device_read(k4E.code, 0, request.data)->points);
    return bench.wire.refuse(0xC051, request.serial);
  });
  ASSERT_TRUE(bench.open());
  for (int poll = 0; poll < 13; ++poll) EXPECT_THAT(bench.read()->faults, SizeIs(1));
  EXPECT_THAT(asked, ElementsAre(960, 480, 240, 120, 60, 30, 15, 7, 3, 1, 960, 960, 960));
}

TEST(SlmpConnectorLimits, OneNumberThatIsTooManyLowersNothingForTheOthers) {
  auto timer = read_of("timer", "LTN", 0, 4);  // one number, of four words
  timer.read.subcommand = 2;
  Bench bench{k4E, {timer, read_of("many", "D", 0, 960)}};
  std::vector<std::uint16_t> asked;
  bench.plc.otherwise([&](ByteView message) {
    const auto request = slmp::decode_request(k4E, message).value();
    asked.push_back(slmp::decode_device_read(k4E.code, request.subcommand, request.data)->points);
    return asked.back() == 4 ? bench.wire.refuse(0xC051, request.serial)
                             : bench.wire.words(ramp(0, asked.back()), request.serial);
  });
  ASSERT_TRUE(bench.open());
  for (int poll = 0; poll < 3; ++poll) {
    const auto samples = bench.read().value();
    EXPECT_THAT(bench.values(samples), ElementsAre("many=" + json_of(ramp(0, 960))));
    ASSERT_THAT(samples.faults, SizeIs(1));
    EXPECT_THAT(samples.faults[0].why, testing::Not(HasSubstr("from now on")));
  }
  EXPECT_THAT(asked, ElementsAre(4, 960, 4, 960, 4, 960));
}

TEST(SlmpConnectorLimits, WhatIsGivenUpOfOneAttributeLeavesTheOthersTheirOwnLimit) {
  Bench bench{k4E, {read_of("never", "D", 0, 960), read_of("many", "D", 5000, 960)}};
  std::vector<std::uint16_t> asked;  // of the first
  bench.plc.otherwise([&](ByteView message) {
    const auto request = slmp::decode_request(k4E, message).value();
    const auto read = slmp::decode_device_read(k4E.code, 0, request.data).value();
    if (read.head.number < 5000) asked.push_back(read.points);
    return read.head.number < 5000 || read.points > 480
               ? bench.wire.refuse(0xC051, request.serial)
               : bench.wire.words(ramp(static_cast<std::uint16_t>(read.head.number), read.points), request.serial);
  });
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.read()->faults, SizeIs(2));
  for (int poll = 0; poll < 12; ++poll) {
    const auto samples = bench.read().value();
    EXPECT_THAT(bench.values(samples), ElementsAre("many=" + json_of(ramp(5000, 960))));
    EXPECT_THAT(samples.faults, SizeIs(1));
  }
  EXPECT_THAT(asked, ElementsAre(960, 480, 240, 120, 60, 30, 15, 7, 3, 1, 960, 960, 960));
}

/// As many labels as there are names, and the tag of each its name.
job::LabelReadRandom labels_of(const std::vector<std::string>& names) {
  job::LabelReadRandom attribute;
  for (const std::string& name : names) attribute.labels.push_back({name, {}, {name}});
  return attribute;
}

TEST(SlmpConnectorLimits, ALabelTooLargeForAnyAnswerIsAskedForApartFromThoseThatAreNot) {
  Bench bench{k4E, {labels_of({"A", "Recipe", "B", "C", "History", "D"})}};
  std::vector<std::vector<std::string>> asked;
  bench.plc.otherwise([&](ByteView message) {
    const auto request = slmp::decode_request(k4E, message).value();
    asked.push_back(slmp::decode_label_read_random(k4E.code, request.data)->labels);
    if (std::ranges::any_of(asked.back(), [](const std::string& name) { return name.size() > 1; }))
      return bench.wire.refuse(0xCEE2, request.serial);
    Bytes data;
    const slmp::LabelValue seven{2, 1, 2, {std::byte{7}, std::byte{0}}};
    slmp::encode_label_values(data, k4E.code, std::vector(asked.back().size(), seven));
    return bench.wire.answer(data, request.serial);
  });
  ASSERT_TRUE(bench.open());
  for (int poll = 0; poll < 8; ++poll) ASSERT_TRUE(bench.read());
  for (int poll = 0; poll < 2; ++poll) {
    asked.clear();
    EXPECT_THAT(bench.values(bench.read().value()), ElementsAre("A=7", "B=7", "C=7", "D=7"));
    EXPECT_THAT(asked, ElementsAre(ElementsAre("A", "B", "C", "D"), ElementsAre("Recipe", "History")));
  }
}

}  // namespace
}  // namespace m2c2::machines
