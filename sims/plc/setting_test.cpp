// Setting memory: what moves from the start, and what cannot be set.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/setting.hpp"

#include "sims/plc/test_dialogue.hpp"

namespace m2c2::sim {
namespace {

using slmp::Code;
using slmp::Command;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Setting, EveryDeviceAndLabelOfTheGuidesSamplesMoves) {
  Dialogue plc;
  set_defaults(plc.station().plc);
  const slmp::ArrayLabelRead arrays{.abbreviations = {"Typ1"}, .labels = {{"%1.led[2]", 1, 8}, {"%1.No[1]", 1, 4}}};
  const slmp::LabelReadRandom labels{.abbreviations = {}, .labels = {"LabelB", "LabelW", "Sw.led"}};
  const auto sample = [&] {
    std::vector<std::string> heard{to_hex(plc.read("M100", 2).data)};
    for (const char* word : {"D0", "TN0", "M100", "X20"}) heard.push_back(to_hex(plc.read_random({word}, {}).data));
    for (const char* dword : {"D1500", "Y160", "M1111"}) heard.push_back(to_hex(plc.read_random({}, {dword}).data));
    heard.push_back(to_hex(plc.ask(Command::array_label_read, 0, plc.data(arrays)).data));
    for (const std::string& label : labels.labels) {
      const slmp::LabelReadRandom one{.abbreviations = {}, .labels = {label}};
      heard.push_back(to_hex(plc.ask(Command::label_read_random, 0, plc.data(one)).data));
    }
    return heard;
  };
  const auto before = sample();
  plc.pass(1300ms);
  const auto after = sample();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(before[i], after[i]) << i;
}

TEST(Setting, DefaultsSuitEveryFamily) {
  for (const Family& family : families()) {
    Station station{family};
    set_defaults(station.plc);
  }
}

TEST(Setting, TypesAreThoseOfThePlaceUnlessNamed) {
  Dialogue plc;
  plc.tell("set M0=1");
  plc.tell("set M32=uint16:5");
  plc.tell("set D0=-1");
  plc.tell("set D2=f:3.14");
  plc.tell("set D10=s:HELLO");
  EXPECT_THAT(plc.words("M0", 3), ElementsAre(1, 0, 5));
  EXPECT_THAT(plc.words("D0", 4), ElementsAre(0xFFFF, 0, 0xF5C3, 0x4048));
  EXPECT_THAT(plc.words("D10", 3), ElementsAre(0x4548, 0x4C4C, 0x004F));
}

TEST(Setting, SaysWhatIsWrong) {
  Station station{*find_family("iq-f")};
  Plc& plc = station.plc;
  EXPECT_THAT(set_value(plc, "Nothing=1").error(), HasSubstr("'Nothing' is not a device, for example D100, M0 or X1F; "
                                                             "nor is it a label"));
  EXPECT_THAT(set_value(plc, "ZR0=1").error(), HasSubstr("iQ-F has no device ZR0"));
  EXPECT_THAT(set_value(plc, "D8000=1").error(), HasSubstr("does not fit at D8000"));
  EXPECT_THAT(set_value(plc, "D7999=f:1").error(), HasSubstr("does not fit at D7999"));
  EXPECT_THAT(set_value(plc, "M7665=uint16:1").error(), HasSubstr("does not fit"));
  EXPECT_THAT(set_value(plc, "LabelString=seventeen letters!").error(), HasSubstr("the end of the label"));
  EXPECT_THAT(set_value(plc, "D0").error(), HasSubstr("is not a whole number"));
  EXPECT_THAT(set_signal(plc, "D0=s:ramp").error(), HasSubstr("a text does not move"));
  EXPECT_THAT(set_signal(plc, "D7999=float64:ramp").error(), HasSubstr("does not fit"));
}

TEST(Steer, AnswersEachLineWithOkOrAnError) {
  Station station{*find_family("iq-r")};
  EXPECT_EQ(obey(station, "set D100=5"), "ok");
  EXPECT_EQ(obey(station, "signal D0=counter\r"), "ok");
  EXPECT_EQ(obey(station, "fault silence"), "ok");
  EXPECT_TRUE(station.faults.silence);
  EXPECT_EQ(obey(station, "fault none"), "ok");
  EXPECT_FALSE(station.faults.silence);
  EXPECT_THAT(obey(station, "reboot"), HasSubstr("error: 'reboot' is not a command; write set, signal or fault"));
  EXPECT_THAT(obey(station, ""), HasSubstr("error: "));
  EXPECT_THAT(obey(station, "fault fire"), HasSubstr("error: 'fire' is not a fault"));
}

}  // namespace
}  // namespace m2c2::sim
