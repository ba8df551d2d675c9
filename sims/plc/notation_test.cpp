// How users write devices, durations and values.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/notation.hpp"

#include <gmock/gmock.h>

#include "sims/plc/words.hpp"

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;
using slmp::DataType;
using slmp::Device;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Notation, DevicesAreANameAndANumber) {
  EXPECT_EQ(parse_device("D100"), (Device{0xA8, 100}));
  EXPECT_EQ(parse_device("X1F"), (Device{0x9C, 0x1F}));
  EXPECT_EQ(parse_device("SD10"), (Device{0xA9, 10}));
  EXPECT_EQ(parse_device("STN5"), (Device{0xC8, 5}));
  EXPECT_EQ(parse_device("LCN3"), (Device{0x56, 3}));
  EXPECT_EQ(parse_device("SB10"), (Device{0xA1, 0x10}));
  EXPECT_EQ(parse_device("ZR70000"), (Device{0xB0, 70000}));
  EXPECT_EQ(parse_device("D4294967295"), (Device{0xA8, 4294967295}));
}

TEST(Notation, WhatIsNoDeviceIsSaidInWords) {
  for (const char* text : {"", "D", "D1F", "Q7", "100", "d100", "D-1", "D 1", "D99999999999999999999"}) {
    EXPECT_THAT(parse_device(text).error(), HasSubstr("is not a device, for example D100")) << text;
  }
  EXPECT_THAT(parse_device("D4294967296").error(), HasSubstr("too large"));
}

TEST(Notation, DurationsHaveAUnit) {
  EXPECT_EQ(parse_duration("50us"), Duration{50us});
  EXPECT_EQ(parse_duration("1.5s"), Duration{1500ms});
  EXPECT_EQ(parse_duration("2m"), Duration{2min});
}

TEST(Notation, ValuesBecomeWords) {
  EXPECT_THAT(parse_words(DataType::uint16, "1995,0x7C0,-1").value(), ElementsAre(1995, 0x7C0, 0xFFFF));
  EXPECT_THAT(parse_words(DataType::int32, "-2").value(), ElementsAre(0xFFFE, 0xFFFF));
  EXPECT_THAT(parse_words(DataType::float32, "3.14").value(), ElementsAre(0xF5C3, 0x4048));
  EXPECT_THAT(parse_words(DataType::uint64, "18446744073709551615").value(),
              ElementsAre(0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF));
  EXPECT_THAT(parse_words(DataType::string, "HELLO").value(), ElementsAre(0x4548, 0x4C4C, 0x004F));
  EXPECT_THAT(parse_words(DataType::string, "AB,").value(), ElementsAre(0x4241, 0x002C)) << "a text keeps its commas";
  EXPECT_THAT(parse_words(DataType::string, "").value(), ElementsAre(0));
}

TEST(Notation, ValuesThatDoNotFitAreRefused) {
  EXPECT_THAT(parse_words(DataType::uint16, "65536").error(),
              HasSubstr("65536 does not fit uint16; write for example"));
  EXPECT_THAT(parse_words(DataType::uint16, "-32769").error(), HasSubstr("does not fit"));
  EXPECT_THAT(parse_words(DataType::bit, "2").error(), HasSubstr("does not fit bit"));
  EXPECT_THAT(parse_words(DataType::uint64, "18446744073709551616").error(), HasSubstr("does not fit"));
  for (const char* text : {"", "1,", "x", "1.5", "0x", "--1", "1 "}) {
    EXPECT_THAT(parse_words(DataType::uint16, text).error(), HasSubstr("is not a whole number")) << text;
  }
  EXPECT_THAT(parse_words(DataType::float32, "nan").error(), HasSubstr("is not a number"));
}

TEST(Notation, AValueMayBeginWithItsType) {
  EXPECT_EQ(split_type("f:3.14", DataType::uint16), std::pair(DataType::float32, std::string_view{"3.14"}));
  EXPECT_EQ(split_type("uint32:7", DataType::uint16), std::pair(DataType::uint32, std::string_view{"7"}));
  EXPECT_EQ(split_type("ramp:0..1", DataType::bit), std::pair(DataType::bit, std::string_view{"ramp:0..1"}));
}

}  // namespace
}  // namespace m2c2::sim
