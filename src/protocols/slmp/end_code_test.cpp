// End codes: every one has a class, a meaning and a remedy.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/end_code.hpp"

#include <gmock/gmock.h>

namespace m2c2::slmp {
namespace {

using testing::HasSubstr;

TEST(EndCode, EveryCodeThereIsHasMeaningAndRemedy) {
  for (std::uint32_t i = 0; i <= 0xFFFF; ++i) {
    const auto code = static_cast<std::uint16_t>(i);
    const EndCode end = describe_end_code(code);
    ASSERT_EQ(end.code, code);
    ASSERT_FALSE(end.meaning.empty() || end.remedy.empty()) << code;
  }
}

TEST(EndCode, KnownCodesHaveTheirOwnWords) {
  const auto generic = {describe_end_code(0x4FFF).meaning, describe_end_code(0xCFFF).meaning,
                        describe_end_code(0xFFFF).meaning};
  for (const int code :
       {0x0000, 0x0050, 0x0055, 0x4001, 0x4002, 0x4005, 0x4010, 0x4013, 0x402C, 0x4030, 0x4031, 0x4032, 0x4040,
        0x4041, 0x4042, 0x4043, 0x4080, 0x408B, 0x40C0, 0xC015, 0xC018, 0xC020, 0xC022, 0xC035, 0xC040, 0xC050,
        0xC051, 0xC052, 0xC053, 0xC054, 0xC055, 0xC056, 0xC057, 0xC058, 0xC059, 0xC05B, 0xC05C, 0xC05D, 0xC05E,
        0xC05F, 0xC060, 0xC061, 0xC062, 0xC06F, 0xC070, 0xC071, 0xC072, 0xC073, 0xC074, 0xC075, 0xC0B2, 0xC0B5,
        0xC0B9, 0xC0BA, 0xC0BC, 0xC0BD, 0xC0D8, 0xC0D9, 0xC0DE, 0xC1A4, 0xC1AA, 0xC200, 0xC201, 0xC205, 0xC810,
        0xC816, 0xC86C, 0xCEE0, 0xCEE1, 0xCEE2, 0xCF10, 0xCF20, 0xCF30, 0xCF31, 0xCF40, 0xCF44})
    EXPECT_THAT(generic, testing::Not(testing::Contains(describe_end_code(static_cast<std::uint16_t>(code)).meaning)))
        << code;
}

TEST(EndCode, ClassesTellWhatToDo) {
  const auto all_are = [](EndCodeClass expected, std::initializer_list<std::uint16_t> codes) {
    for (const std::uint16_t code : codes) EXPECT_EQ(describe_end_code(code).kind, expected) << code;
  };
  all_are(EndCodeClass::retry, {0xC0B2, 0xC0BD, 0xCEE0, 0x402C, 0xC022, 0xC05E, 0xC0DE});
  all_are(EndCodeClass::configuration, {0xC059, 0xC05C, 0x4030, 0x4031, 0xC056, 0x40C0});
  all_are(EndCodeClass::points, {0xC051, 0xC052, 0xC053, 0xC054});
  all_are(EndCodeClass::security, {0xC200, 0xC201, 0xC205, 0xC810, 0xC816});
  all_are(EndCodeClass::other, {0x0000, 0xC050, 0x4FFF, 0xFFFF});
}

TEST(EndCode, ReadsAsOneLine) {
  EXPECT_EQ(to_text(describe_end_code(0xC056)),
            "C056: the read goes beyond the last device; check head-device and number-of-points against the device "
            "settings in the CPU's parameters");
  EXPECT_THAT(to_text(describe_end_code(0x0050)), testing::StartsWith("0050: "));
}

TEST(EndCode, RemediesNameThePropertiesOfTheJob) {
  EXPECT_THAT(describe_end_code(0xC051).remedy, HasSubstr("number-of-points"));
  EXPECT_THAT(describe_end_code(0xC050).remedy, HasSubstr("communication-code"));
  EXPECT_THAT(describe_end_code(0x40C0).remedy, HasSubstr("Access from External Device"));
  EXPECT_THAT(describe_end_code(0xC201).meaning, HasSubstr("locked"));
}

TEST(EndCode, UnknownCodesGetTheirRange) {
  EXPECT_THAT(describe_end_code(0x4ABC).remedy, HasSubstr("CPU's manual"));
  EXPECT_THAT(describe_end_code(0xCABC).remedy, HasSubstr("Ethernet module"));
  EXPECT_THAT(describe_end_code(0x1234).remedy, HasSubstr("manuals"));
}

}  // namespace
}  // namespace m2c2::slmp
