// A PLC: the label commands.
// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "sims/plc/test_dialogue.hpp"

namespace m2c2::sim {
namespace {

using slmp::ArrayLabel;
using slmp::Code;
using slmp::Command;
using slmp::FrameType;
using slmp::LabelType;
using slmp::LabelValue;
using testing::HasSubstr;
using testing::SizeIs;

class Labels : public testing::TestWithParam<Code> {
 protected:
  Heard read(const std::vector<std::string>& names, const std::vector<std::string>& abbreviations = {}) {
    const slmp::LabelReadRandom read{.abbreviations = abbreviations, .labels = names};
    return plc.ask(Command::label_read_random, 0, plc.data(read));
  }
  Heard read_arrays(const std::vector<ArrayLabel>& arrays, const std::vector<std::string>& abbreviations = {}) {
    const slmp::ArrayLabelRead read{.abbreviations = abbreviations, .labels = arrays};
    return plc.ask(Command::array_label_read, 0, plc.data(read));
  }
  LabelValue value(const std::string& name) {
    const Heard heard = read({name});
    EXPECT_EQ(heard.end_code, 0) << name;
    const auto values = slmp::decode_label_values(GetParam(), heard.data, 1);
    return values ? values->front() : LabelValue{};
  }
  LabelValue array(const ArrayLabel& wanted) {
    const Heard heard = read_arrays({wanted});
    EXPECT_EQ(heard.end_code, 0) << wanted.label;
    const auto values = slmp::decode_array_label_values(GetParam(), heard.data, 1);
    return values ? values->front() : LabelValue{};
  }

  Dialogue plc{"iq-r", {FrameType::e4, GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Plc, Labels, testing::Values(Code::binary, Code::ascii));

TEST_P(Labels, ServeTheGuidesSampleJobs) {
  plc.tell("set Typ1.led[2]=1,2,3,4");
  plc.tell("set Typ1.No[1]=5,6");
  const Heard arrays = read_arrays({{"%1.led[2]", 1, 8}, {"%1.No[1]", 1, 4}}, {"Typ1"});
  const auto two = slmp::decode_array_label_values(GetParam(), arrays.data, 2);
  ASSERT_TRUE(two.has_value());
  EXPECT_EQ(two->at(0), (LabelValue{.type = 2, .unit = 1, .length = 8, .data = *from_hex("0100020003000400")}));
  EXPECT_EQ(two->at(1), (LabelValue{.type = 2, .unit = 1, .length = 4, .data = *from_hex("05000600")}));

  plc.tell("set LabelB=1");
  plc.tell("set LabelW=31");
  plc.tell("set Sw.led=0x0104");
  const auto three = slmp::decode_label_values(GetParam(), read({"LabelB", "LabelW", "Sw.led"}).data, 3);
  ASSERT_TRUE(three.has_value());
  EXPECT_EQ(three->at(0).type, 1);
  EXPECT_EQ(three->at(0).data, *from_hex("0100"));
  EXPECT_EQ(three->at(1), (LabelValue{.type = 2, .unit = 1, .length = 2, .data = *from_hex("1F00")}));
  EXPECT_EQ(three->at(2).data, *from_hex("0401"));
}

TEST_P(Labels, HaveEveryType) {
  plc.tell("set LabelInt=-2");
  plc.tell("set LabelDword=0x12345678");
  plc.tell("set LabelDint=-2");
  plc.tell("set LabelReal=1.5");
  plc.tell("set LabelLreal=-0.25");
  plc.tell("set LabelTime=90000");
  plc.tell("set LabelString=AB");
  plc.tell("set LabelWstring=A\u00B5");
  const auto expect = [&](const char* name, LabelType type, std::string_view hex, std::size_t bytes) {
    const LabelValue found = value(name);
    EXPECT_EQ(found.type, std::to_underlying(type)) << name;
    EXPECT_THAT(to_hex(found.data), testing::StartsWith(std::string{hex})) << name;
    EXPECT_THAT(found.data, SizeIs(bytes)) << name;
  };
  expect("LabelInt", LabelType::int16, "FEFF", 2);
  expect("LabelDword", LabelType::dword, "78563412", 4);
  expect("LabelDint", LabelType::int32, "FEFFFFFF", 4);
  expect("LabelReal", LabelType::float32, "0000C03F", 4);
  expect("LabelLreal", LabelType::float64, "000000000000D0BF", 8);
  expect("LabelTime", LabelType::time, "905F0100", 4);
  expect("LabelString", LabelType::string, "414200", 18);
  expect("LabelWstring", LabelType::wstring, "4100B5000000", 34);
}

TEST_P(Labels, ReadOneElementOfAnArrayByItsIndex) {
  plc.tell("set Typ1.led[10]=77");
  for (const char* name : {"Typ1.led[10]", "Typ1.led[K10]", "Typ1.led[hA]"}) {
    EXPECT_EQ(value(name).data, *from_hex("4D00")) << name;
  }
  plc.tell("set LabelBits[33]=1");
  EXPECT_EQ(value("LabelBits[33]").data, *from_hex("0100"));
}

TEST_P(Labels, ReadBitArraysInBitsOrBytes) {
  plc.tell("set LabelBits[0]=1,1,0,1,1,1,1,1");
  EXPECT_EQ(array({"LabelBits[0]", 0, 6}), (LabelValue{.type = 1, .unit = 0, .length = 6, .data = *from_hex("3B00")}))
      << "unused bits are 0";
  EXPECT_EQ(array({"LabelBits[3]", 0, 17}).data, *from_hex("1F000000"));
  EXPECT_EQ(array({"LabelBits[0]", 1, 2}).data, *from_hex("FB00"));
}

TEST_P(Labels, GiveWholeWordsForAnOddNumberOfBytes) {
  plc.tell("set Typ1.No[0]=0x1122,0x3344");
  EXPECT_EQ(array({"Typ1.No[0]", 1, 3}),
            (LabelValue{.type = 2, .unit = 1, .length = 3, .data = *from_hex("22114433")}));
}

TEST_P(Labels, RefuseWhatIsNotThere) {
  for (const char* name : {"Missing", "labelw", "LabelW[0]", "Typ1.led", "Typ1.led[16]", "Typ1.led[-1]", "Typ1.led[]",
                           "Typ1.led[x]", "LabelW.3", "%1", "%1.led[2]", "", "]"}) {
    EXPECT_EQ(read({"LabelW", name}).end_code, 0x40C0) << name;
  }
  EXPECT_EQ(read_arrays({{"LabelW", 1, 2}}).end_code, 0x40C0) << "not an array";
  EXPECT_EQ(read_arrays({{"Typ1.led[15]", 1, 4}}).end_code, 0xC056) << "beyond the last element";
  EXPECT_EQ(read_arrays({{"Typ1.led[0]", 0, 16}}).end_code, 0xC05C) << "bits of words";
  EXPECT_EQ(read_arrays({{"Typ1.led[0]", 1, 0}}).end_code, 0xC05C);
}

TEST_P(Labels, RefuseMessagesAboveTheLimit) {
  EXPECT_EQ(read({}).end_code, 0xC075);
  EXPECT_EQ(read({std::string(1000, 'A')}).end_code, 0xC075) << "a request that is too long";
  const std::vector<ArrayLabel> many(55, ArrayLabel{"%1.No[0]", 1, 32});
  EXPECT_EQ(read_arrays(many, {"Typ1"}).end_code, 0xC075) << "an answer that is too long";
  EXPECT_EQ(plc.ask(Command::label_read_random, 0, as_bytes("0001")).end_code, 0xC075);
}

TEST(Expand, ReplacesWholeComponentsAlone) {
  const std::vector<std::string> abbreviations{"Typ1", "Motor.speed"};
  EXPECT_EQ(expand("%1.led[2]", abbreviations), "Typ1.led[2]");
  EXPECT_EQ(expand("Line.%2.%1", abbreviations), "Line.Motor.speed.Typ1");
  EXPECT_EQ(expand("%3.x", abbreviations), "%3.x");
  EXPECT_EQ(expand("a%1", abbreviations), "a%1");
  EXPECT_EQ(expand("..", abbreviations), "..");
}

}  // namespace
}  // namespace m2c2::sim
