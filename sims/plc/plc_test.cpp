// A PLC: reads of devices, and every refusal.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/plc.hpp"

#include "sims/plc/test_dialogue.hpp"

namespace m2c2::sim {
namespace {

using slmp::Code;
using slmp::Command;
using slmp::Format;
using slmp::FrameType;
using testing::ElementsAre;

constexpr Format kBinary3e{FrameType::e3, Code::binary};
constexpr Format kAscii4e{FrameType::e4, Code::ascii};
constexpr std::array<std::uint16_t, 2> kBothKinds{0, 2};  // subcommands for Q/L and for iQ-R

class EveryCode : public testing::TestWithParam<Code> {};
INSTANTIATE_TEST_SUITE_P(Plc, EveryCode, testing::Values(Code::binary, Code::ascii));

TEST_P(EveryCode, ReadsWordsAndBitsWithBothKindsOfSubcommands) {
  Dialogue plc{"iq-r", {FrameType::e4, GetParam()}};
  plc.tell("set D100=1995,1202,1130");
  plc.tell("set M103=1");
  plc.tell("set M106=1,1");
  for (const std::uint16_t iqr : kBothKinds) {
    EXPECT_THAT(plc.words("D100", 3, iqr), ElementsAre(1995, 1202, 1130));
    EXPECT_THAT(plc.bits("M103", 5, iqr | 1), ElementsAre(true, false, false, true, true));
  }
}

TEST_P(EveryCode, ReadsBitDevicesAsWordsFromAnyNumber) {
  Dialogue plc{"iq-r", {FrameType::e4, GetParam()}};
  plc.tell("set M200=uint16:0x4AB9,0xDEC3");
  EXPECT_THAT(plc.words("M200", 2), ElementsAre(0x4AB9, 0xDEC3));
  EXPECT_THAT(plc.words("M204", 1), ElementsAre(0x34AB));
}

TEST_P(EveryCode, ReadsAtRandom) {
  Dialogue plc{"iq-r", {FrameType::e4, GetParam()}};
  for (const char* line :
       {"set D0=0x1995", "set TN0=0x1202", "set M100=uint16:0x2030", "set X20=uint16:0x4849",
        "set D1500=uint32:0x4C544F4E", "set Y160=uint32:0xC3DEB9AF", "set M1111=uint32:0xBADDBCB7"}) {
    plc.tell(line);
  }
  for (const std::uint16_t subcommand : kBothKinds) {
    const Heard heard = plc.read_random({"D0", "TN0", "M100", "X20"}, {"D1500", "Y160", "M1111"}, subcommand);
    const auto values = slmp::decode_random_values(GetParam(), heard.data, 4, 3);
    ASSERT_TRUE(values.has_value());
    EXPECT_THAT(values->words, ElementsAre(0x1995, 0x1202, 0x2030, 0x4849));
    EXPECT_THAT(values->dwords, ElementsAre(0x4C544F4E, 0xC3DEB9AF, 0xBADDBCB7));
  }
}

TEST_P(EveryCode, NamesItsTypeAndAnswersTheLoopbackTest) {
  Dialogue plc{"iq-f", {FrameType::e3, GetParam()}};
  const auto type = slmp::decode_type_name(GetParam(), plc.ask(Command::read_type_name, 0, {}).data);
  EXPECT_EQ(type, (slmp::TypeName{.name = "FX5U-32MT/ES", .model = 0x4A29}));

  Bytes text;
  slmp::encode_self_test(text, GetParam(), "ABCDE0123");
  EXPECT_EQ(plc.ask(Command::self_test, 0, text).data, text);
}

class EveryFamily : public testing::TestWithParam<const char*> {
 protected:
  const Family& family() const { return *find_family(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Plc, EveryFamily, testing::Values("iq-r", "iq-f", "q", "l"));

TEST_P(EveryFamily, AnswersEachOfItsDevicesFromTheFirstToTheLastAndRefusesTheNext) {
  Dialogue plc{GetParam(), kBinary3e};
  for (const DeviceRange& range : family().devices) {
    if (range.reach == Reach::through_value || range.reach == Reach::random_dword) continue;
    const DeviceRow& row = *plc.station().plc.memory().find(slmp::find_device_by_name(range.name)->code);
    const bool bits = row.area.kind() == Area::Cell::bit;
    const auto read = [&](std::size_t number) {
      const slmp::DeviceRead at{.subcommand = bits ? std::uint16_t{1} : std::uint16_t{0},
                                .head = {row.type->code, static_cast<std::uint32_t>(number)},
                                .points = bits ? std::uint16_t{1} : static_cast<std::uint16_t>(row.cells_each)};
      return plc.ask(Command::device_read, at.subcommand, plc.data(at)).end_code;
    };
    EXPECT_EQ(read(0), 0) << range.name;
    EXPECT_EQ(read(range.points - 1), 0) << range.name;
    EXPECT_EQ(read(range.points), family().refusals.range) << range.name;
  }
}

TEST_P(EveryFamily, RefusesMorePointsThanItsLimitAndNone) {
  for (const Code code : {Code::binary, Code::ascii}) {
    Dialogue plc{GetParam(), {FrameType::e3, code}};
    const slmp::Limits& limits = family().limits(code);
    const auto words = static_cast<std::uint16_t>(limits.words);
    const auto bits = static_cast<std::uint16_t>(limits.bits);
    EXPECT_EQ(plc.read("D0", words).end_code, 0);
    EXPECT_EQ(plc.read("D0", words + 1).end_code, family().refusals.words);
    EXPECT_EQ(plc.read("D0", 0).end_code, family().refusals.words);
    EXPECT_EQ(plc.read("M0", bits, 1).end_code, 0);
    EXPECT_EQ(plc.read("M0", bits + 1, 1).end_code, family().refusals.bits);
    EXPECT_EQ(plc.read("M0", 0, 1).end_code, family().refusals.bits);

    const std::vector<std::string> most(limits.random, "D0");
    EXPECT_EQ(plc.read_random(most, {}).end_code, 0);
    EXPECT_EQ(plc.read_random(most, {"D0"}).end_code, 0xC054);
    EXPECT_EQ(plc.read_random({}, {}).end_code, 0xC054);
  }
}

TEST_P(EveryFamily, RefusesWhatItDoesNotHave) {
  Dialogue plc{GetParam(), kBinary3e};
  const slmp::DeviceRead unknown{.head = {.code = 0x77, .number = 0}, .points = 1};
  EXPECT_EQ(plc.ask(Command::device_read, 0, plc.data(unknown)).end_code, family().refusals.no_device);
  EXPECT_EQ(plc.read("D0", 1, 1).end_code, 0xC05C) << "bits of a word device";
}

TEST_P(EveryFamily, RefusesToWriteAndToBeControlled) {
  Dialogue plc{GetParam(), kBinary3e};
  for (const int command : {0x1401, 0x1402, 0x1406, 0x141A, 0x141B, 0x1001, 0x1002, 0x1006, 0x0801, 0xFFFF}) {
    const Heard heard = plc.ask(static_cast<Command>(command), 0, from_hex("640000A80100").value());
    EXPECT_EQ(heard.end_code, 0xC059) << command;
    ASSERT_TRUE(heard.error.has_value());
    EXPECT_EQ(heard.error->command, command);
  }
}

TEST(Plc, KnowsTheSubcommandsOfItsFamilyAlone) {
  for (const char* family : {"iq-f", "q", "l"}) {
    Dialogue plc{family, kBinary3e};
    EXPECT_EQ(plc.read("D0", 1, 2).end_code, 0xC059) << family;
    EXPECT_EQ(plc.read("M0", 1, 3).end_code, 0xC059) << family;
    EXPECT_EQ(plc.read_random({"D0"}, {}, 2).end_code, 0xC059) << family;
  }
  Dialogue plc{"iq-r"};
  EXPECT_EQ(plc.ask(Command::device_read, 0x0080, {}).end_code, 0xC059) << "device extension";
  EXPECT_EQ(plc.ask(Command::device_read_random, 1, {}).end_code, 0xC059);
}

TEST(Plc, BuiltInPortsOfQAndLHaveNeitherTypeNameNorLoopbackTestNorLabels) {
  for (const char* family : {"q", "l"}) {
    Dialogue plc{family, kBinary3e};
    for (const Command command :
         {Command::read_type_name, Command::self_test, Command::label_read_random, Command::array_label_read}) {
      EXPECT_EQ(plc.ask(command, 0, {}).end_code, 0xC059) << family;
    }
  }
}

TEST(Plc, RandomReadsWithIqrSubcommandsTakeHalfAsManyPoints) {
  Dialogue plc{"iq-r"};
  EXPECT_EQ(plc.read_random(std::vector<std::string>(96, "D0"), {}, 2).end_code, 0);
  EXPECT_EQ(plc.read_random(std::vector<std::string>(97, "D0"), {}, 2).end_code, 0xC054);
}

TEST(Plc, RandomReadsTakeContactsAndCoilsOnIqfAlone) {
  for (const char* device : {"TS0", "TC0", "CS0", "CC0", "STS0", "LCS0"}) {
    EXPECT_EQ(Dialogue{"iq-r"}.read_random({device}, {}).end_code, 0x4032) << device;
    EXPECT_EQ(Dialogue{"iq-r"}.read_random({}, {device}).end_code, 0x4032) << device;
    EXPECT_EQ(Dialogue{"iq-f"}.read_random({device}, {}).end_code, 0) << device;
  }
}

TEST(Plc, LongDevicesAreReadAsTheManualSays) {
  Dialogue plc{"iq-r"};
  plc.tell("set LTN5=70000");
  plc.tell("set LCN1=70001");
  plc.tell("set LZ1=70002");
  EXPECT_THAT(plc.words("LTN5", 4, 2), ElementsAre(70000 - 65536, 1, 0, 0));
  EXPECT_THAT(plc.words("LCN1", 2, 2), ElementsAre(70001 - 65536, 1));
  const Heard heard = plc.read_random({}, {"LTN5", "LCN1", "LZ1"}, 2);
  EXPECT_THAT(slmp::decode_random_values(Code::binary, heard.data, 0, 3)->dwords, ElementsAre(70000, 70001, 70002));

  EXPECT_EQ(plc.read("LTS0", 1, 3).end_code, 0x4030) << "stands in LTN";
  EXPECT_EQ(plc.read_random({}, {"LSTC0"}, 2).end_code, 0x4030);
  EXPECT_EQ(plc.read("LZ0", 2, 2).end_code, 0x4030) << "a double word, at random";
  EXPECT_EQ(plc.read_random({"LZ0"}, {}, 2).end_code, 0x4030);
}

TEST(Plc, ReadsUpToTheLastDeviceAndNoFurther) {
  Dialogue plc{"iq-r"};
  EXPECT_EQ(plc.read("D18431", 1).end_code, 0);
  EXPECT_EQ(plc.read("D18431", 2).end_code, 0x4031);
  EXPECT_EQ(plc.read("M12272", 1).end_code, 0);
  EXPECT_EQ(plc.read("M12273", 1).end_code, 0x4031) << "a word is 16 of them";
  EXPECT_EQ(plc.read_random({}, {"D18431"}).end_code, 0x4031);
  EXPECT_EQ(plc.read("D4294967295", 1, 2).end_code, 0x4031);
}

TEST(Plc, DataOfTheWrongLengthIsAnotherErrorThanDataWithWrongContent) {
  Dialogue binary{"iq-r"};
  EXPECT_EQ(binary.ask(Command::device_read, 0, from_hex("640000A803").value()).end_code, 0xC061);
  EXPECT_EQ(binary.ask(Command::device_read, 0, from_hex("640000A8030000").value()).end_code, 0xC061);
  EXPECT_EQ(binary.ask(Command::device_read_random, 0, from_hex("0200000000A8").value()).end_code, 0xC061);
  EXPECT_EQ(binary.ask(Command::device_read_random, 0, {}).end_code, 0xC061);
  EXPECT_EQ(binary.ask(Command::self_test, 0, from_hex("03004142").value()).end_code, 0xC061);
  EXPECT_EQ(binary.ask(Command::self_test, 0, as_bytes(std::string_view{"\x01\x00g", 3})).end_code, 0xC05C);
  EXPECT_EQ(binary.ask(Command::read_type_name, 0, as_bytes("?")).end_code, 0xC061);

  Dialogue ascii{"iq-r", kAscii4e};
  EXPECT_EQ(ascii.ask(Command::device_read, 0, as_bytes("D*0001000003")).end_code, 0);
  EXPECT_EQ(ascii.ask(Command::device_read, 0, as_bytes("Q*0001000003")).end_code, 0xC05C);
  EXPECT_EQ(ascii.ask(Command::device_read, 0, as_bytes("D*00010000ZZ")).end_code, 0xC05C);
  EXPECT_EQ(ascii.ask(Command::device_read, 0, as_bytes("D*000100000")).end_code, 0xC061);
}

TEST(Plc, AnErrorForADeviceRefusesWhatTouchesItAndNothingElse) {
  Dialogue plc{"iq-r"};
  plc.tell("fault error:C056@D500");
  EXPECT_EQ(plc.read("D499", 1).end_code, 0);
  EXPECT_EQ(plc.read("D501", 960).end_code, 0);
  EXPECT_EQ(plc.read("D400", 200).end_code, 0xC056);
  EXPECT_EQ(plc.read("M500", 1, 1).end_code, 0);
  EXPECT_EQ(plc.read_random({"D0"}, {"D499"}).end_code, 0xC056) << "the double word's upper half";
  plc.tell("fault error:C059");
  EXPECT_EQ(plc.read("D0", 1).end_code, 0xC059);
  plc.tell("fault none");
  EXPECT_EQ(plc.read("D500", 1).end_code, 0);
}

TEST(Plc, AllValuesOfARequestAreOfOneMoment) {
  Dialogue plc{"iq-r"};
  for (int i = 0; i < 50; ++i) plc.tell("signal D" + std::to_string(2000 + 2 * i) + "=uint32:counter:1ms");
  plc.pass(123456789ms);
  const auto words = plc.words("D2000", 100);
  for (std::size_t i = 0; i < words.size(); i += 2) {
    EXPECT_EQ(words[i] | (std::uint32_t{words[i + 1]} << 16), 123456789);
  }
}

}  // namespace
}  // namespace m2c2::sim
