// Devices as jobs write them: the guide's samples, and mistakes with what is said about them.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/notation.hpp"

#include <gmock/gmock.h>

#include "protocols/slmp/command.hpp"

namespace m2c2::slmp {
namespace {

using testing::HasSubstr;

const DeviceType& device(std::string_view name) { return *find_device_by_name(name); }

/// The device that a job's two texts name, as people write it; or what is wrong with them.
std::string read(Code code, std::uint16_t subcommand, std::string_view device_code, std::string_view head) {
  const auto type = parse_device_code(code, subcommand, device_code);
  if (!type) return type.error();
  const auto number = parse_head_device(code, subcommand, **type, head);
  return number ? device_name(**type, *number) : number.error();
}

TEST(Notation, ReadsTheGuidesAsciiSample) {
  EXPECT_EQ(parse_subcommand(Code::ascii, "0000"), 0);
  EXPECT_EQ(parse_points(Code::ascii, "0002"), 2);
  EXPECT_EQ(parse_module_io("03FF"), 0x03FF);
  EXPECT_EQ(read(Code::ascii, 0, "M*", "000100"), "M100");
  EXPECT_EQ(read(Code::ascii, 0, "D*", "000000"), "D0");
  EXPECT_EQ(read(Code::ascii, 0, "TN", "000000"), "TN0");
  EXPECT_EQ(read(Code::ascii, 0, "X*", "000020"), "X20");
  EXPECT_EQ(read(Code::ascii, 0, "D*", "001500"), "D1500");
  EXPECT_EQ(read(Code::ascii, 0, "Y*", "000160"), "Y160");
  EXPECT_EQ(read(Code::ascii, 0, "M*", "001111"), "M1111");
}

TEST(Notation, ReadsTheGuidesBinarySample) {
  EXPECT_EQ(parse_subcommand(Code::binary, "0000"), 0);
  EXPECT_EQ(parse_points(Code::binary, "0200"), 2);
  EXPECT_EQ(read(Code::binary, 0, "90", "640000"), "M100");
  EXPECT_EQ(read(Code::binary, 0, "A8", "000000"), "D0");
  EXPECT_EQ(read(Code::binary, 0, "C2", "000000"), "TN0");
  EXPECT_EQ(read(Code::binary, 0, "9C", "200000"), "X20");
  EXPECT_EQ(read(Code::binary, 0, "A8", "DC0500"), "D1500");
  EXPECT_EQ(read(Code::binary, 0, "9D", "600100"), "Y160");
  EXPECT_EQ(read(Code::binary, 0, "90", "570400"), "M1111");
}

TEST(Notation, IqrSubcommandsHaveWiderFields) {
  EXPECT_EQ(parse_subcommand(Code::ascii, "0002"), 2);
  EXPECT_EQ(parse_subcommand(Code::binary, "0200"), 2);
  EXPECT_EQ(read(Code::ascii, 2, "D***", "00000100"), "D100");
  EXPECT_EQ(read(Code::binary, 2, "A800", "64000000"), "D100");
  EXPECT_EQ(read(Code::ascii, 2, "LTN*", "00000005"), "LTN5");
  EXPECT_EQ(read(Code::binary, 2, "A000", "00000100"), "B10000");
}

TEST(Notation, EveryDeviceIsReadInEveryNotationThatHasIt) {
  const auto hex = [](unsigned code, bool iqr) {
    char text[8];
    std::snprintf(text, sizeof text, iqr ? "%02x00" : "%02x", code);
    return std::string{text};
  };
  for (const DeviceType& type : device_types()) {
    EXPECT_EQ(parse_device_code(Code::ascii, 3, type.ascii4), &type);
    EXPECT_EQ(parse_device_code(Code::binary, 3, hex(type.code, true)), &type);
    if (type.ascii2.empty()) continue;
    EXPECT_EQ(parse_device_code(Code::ascii, 1, type.ascii2), &type);
    EXPECT_EQ(parse_device_code(Code::binary, 1, hex(type.code, false)), &type);
  }
}

TEST(Notation, ZrTakesHexDigitsInAsciiBecauseSomeCpusWantThem) {
  EXPECT_EQ(parse_head_device(Code::ascii, 0, device("ZR"), "00010F"), 0x10FU);
}

TEST(Notation, SubcommandThatIsNoneNamesThoseThereAre) {
  EXPECT_THAT(parse_subcommand(Code::ascii, "0080").error(), HasSubstr("'0080' is no subcommand"));
  EXPECT_THAT(parse_subcommand(Code::ascii, "0080").error(), HasSubstr("0002 (words, iQ-R)"));
  EXPECT_THAT(parse_subcommand(Code::binary, "0002").error(), HasSubstr("0200 (words, iQ-R)"));
  for (const char* text : {"", "0", "000", "00000", "00 0", "-001", "0x00", "zero"})
    EXPECT_FALSE(parse_subcommand(Code::ascii, text)) << text;
}

TEST(Notation, DeviceCodeOfTheOtherCodeOrSubcommandIsToldTheRightOne) {
  EXPECT_THAT(parse_device_code(Code::ascii, 0, "A8").error(),
              HasSubstr("device D with this subcommand: D* is expected"));
  EXPECT_THAT(parse_device_code(Code::ascii, 0, "D").error(), HasSubstr("D* is expected"));
  EXPECT_THAT(parse_device_code(Code::ascii, 2, "D*").error(), HasSubstr("D*** is expected"));
  EXPECT_THAT(parse_device_code(Code::ascii, 0, "STN*").error(), HasSubstr("SN is expected"));
  EXPECT_THAT(parse_device_code(Code::binary, 0, "M*").error(), HasSubstr("90 is expected"));
  EXPECT_THAT(parse_device_code(Code::binary, 2, "90").error(), HasSubstr("9000 is expected"));
}

TEST(Notation, DeviceOfIqrCpusWantsTheirSubcommand) {
  EXPECT_THAT(parse_device_code(Code::ascii, 0, "LTN*").error(), HasSubstr("0002 or 0003 is expected as subcommand"));
  EXPECT_THAT(parse_device_code(Code::binary, 0, "52").error(), HasSubstr("0200 or 0300 is expected as subcommand"));
}

TEST(Notation, DeviceCodeThatIsNoneIsShownAnExample) {
  EXPECT_EQ(parse_device_code(Code::ascii, 0, "QQ").error(),
            "'QQ' is no device code of 2 characters, for example D* for D");
  EXPECT_EQ(parse_device_code(Code::ascii, 2, "").error(),
            "'' is no device code of 4 characters, for example D*** for D");
  EXPECT_EQ(parse_device_code(Code::binary, 0, "77").error(),
            "'77' is no device code of 2 hex digits, for example A8 for D");
  EXPECT_EQ(parse_device_code(Code::binary, 2, "Q").error(),
            "'Q' is no device code of 4 hex digits, for example A800 for D");
}

TEST(Notation, HeadDeviceThatIsNoneIsShownAnExample) {
  EXPECT_EQ(read(Code::ascii, 0, "D*", "100"), "'100' is not 6 decimal digits, for example 000100 for D100");
  EXPECT_EQ(read(Code::ascii, 0, "D*", "00010F"), "'00010F' is not 6 decimal digits, for example 000100 for D100");
  EXPECT_EQ(read(Code::ascii, 2, "X***", "20"), "'20' is not 8 hex digits, for example 00000100 for X100");
  EXPECT_EQ(read(Code::binary, 0, "A8", "D100"),
            "'D100' is not 6 hex digits, low byte first, for example 640000 for D100");
  EXPECT_EQ(read(Code::binary, 0, "9C", ""), "'' is not 6 hex digits, low byte first, for example 000100 for X100");
}

TEST(Notation, PointsAreAtLeastOne) {
  EXPECT_EQ(parse_points(Code::ascii, "ZZ").error(), "'ZZ' is not 4 hex digits, for example 0002 for 2 points");
  EXPECT_EQ(parse_points(Code::binary, "2").error(), "'2' is not 4 hex digits, for example 0200 for 2 points");
  EXPECT_THAT(parse_points(Code::ascii, "0000").error(), HasSubstr("at least 1"));
  EXPECT_EQ(parse_points(Code::ascii, "03c0"), 960);
  EXPECT_EQ(parse_points(Code::ascii, "FFFF"), 65535);
}

TEST(Notation, ModuleIsFourHexDigitsInEitherCode) {
  EXPECT_EQ(parse_module_io("03e0"), 0x03E0);
  EXPECT_EQ(parse_module_io("1023").value(), 0x1023);
  EXPECT_EQ(parse_module_io("3FF").error(), "'3FF' is not 4 hex digits, for example 03FF for the CPU itself");
}

TEST(Notation, LongTextIsCutWhereItIsQuotedAndNotWithinACharacter) {
  const std::string error = parse_points(Code::ascii, std::string(5000, 'x')).error();
  EXPECT_LT(error.size(), 120U);
  EXPECT_THAT(error, HasSubstr("xxx…'"));
  const std::string umlauts = parse_points(Code::ascii, "x" + std::string(60, '\xC3')).error();
  EXPECT_LT(umlauts.size(), 120U);
  std::string text = "x";
  for (int i = 0; i < 40; ++i) text += "ü";
  EXPECT_THAT(parse_module_io(text).error(), HasSubstr("ü…'"));
}

TEST(Notation, DeviceIsNamedAsProgramsWriteIt) {
  EXPECT_EQ(device_name(device("D"), 100), "D100");
  EXPECT_EQ(device_name(device("X"), 0x1F), "X1F");
  EXPECT_EQ(device_name(device("W"), 0xA0), "W0A0");
  EXPECT_EQ(device_name(device("ZR"), 32768), "ZR32768");
}

}  // namespace
}  // namespace m2c2::slmp
