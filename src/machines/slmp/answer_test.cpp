// Data of answers become samples: typed, or as they came.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/slmp/device.hpp"
#include "tests/support/slmp_wire.hpp"

namespace m2c2::machines {
namespace {

using slmp::DataType;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr slmp::Code kBinary = slmp::Code::binary, kAscii = slmp::Code::ascii;
constexpr WallTime kNow{};

class SlmpAnswerTest : public testing::TestWithParam<slmp::Code> {
 protected:
  /// The values of a plan's first command when its requests are answered so; nothing when an answer is refused.
  std::vector<std::string> values(const SlmpPlan& plan, const std::vector<Bytes>& answers,
                                  job::ValueFormat format = job::ValueFormat::typed) {
    SlmpAnswers taking{GetParam(), format};
    std::vector<telemetry::Sample> samples;
    for (std::size_t nth = 0; nth < answers.size(); ++nth) {
      EXPECT_THAT(samples, IsEmpty()) << "before the last answer";
      if (!taking.take(plan.commands.at(0), nth, answers[nth], kNow, samples)) return {};
    }
    std::vector<std::string> texts;
    for (const auto& sample : samples) texts.push_back(plan.tags.at(sample.tag) + "=" + sample.value);
    return texts;
  }
  std::vector<std::string> hex(const SlmpPlan& plan, const std::vector<Bytes>& answers) {
    return values(plan, answers, job::ValueFormat::hex);
  }

  SlmpPlan plan(job::SlmpAttribute attribute, const slmp::Limits& limits = {}) const {
    job::SlmpJob job;
    job.connectivity.format = {slmp::FrameType::e4, GetParam()};
    job.attributes.push_back(std::move(attribute));
    return make_plan(job, limits);
  }
  Bytes words(const std::vector<std::uint16_t>& values) const {
    Bytes data;
    slmp::encode_words(data, GetParam(), values);
    return data;
  }
  Bytes bits(const std::vector<bool>& values) const {
    Bytes data;
    slmp::encode_bits(data, GetParam(), values);
    return data;
  }
  const char* either(const char* binary, const char* ascii) const { return GetParam() == kBinary ? binary : ascii; }
};

INSTANTIATE_TEST_SUITE_P(BothCodes, SlmpAnswerTest, testing::Values(kBinary, kAscii),
                         [](const auto& code) { return code.param == kBinary ? "binary" : "ascii"; });

job::DeviceRead device_read(std::uint16_t points, std::optional<DataType> type = {}) {
  return {"t", type, {0, {0xA8, 0}, points}};
}
job::DeviceRead bit_read(std::uint16_t points) { return {"t", {}, {1, {0x90, 0}, points}}; }

TEST_P(SlmpAnswerTest, WordsAreOfTheTagsType) {
  EXPECT_THAT(values(plan(device_read(1)), {words({0xFFFF})}), ElementsAre("t=65535"));
  EXPECT_THAT(values(plan(device_read(1, DataType::int16)), {words({0xFFFF})}), ElementsAre("t=-1"));
  EXPECT_THAT(values(plan(device_read(3)), {words({1, 2, 3})}), ElementsAre("t=[1,2,3]"));
  EXPECT_THAT(values(plan(device_read(4, DataType::float32)), {words({0x0000, 0x3FC0, 0, 0xC000})}),
              ElementsAre("t=[1.5,-2.0]"));
  EXPECT_THAT(values(plan(device_read(2, DataType::string)), {words({0x4241, 0x0043})}), ElementsAre("t=\"ABC\""));
}

TEST_P(SlmpAnswerTest, BitsAreBooleans) {
  EXPECT_THAT(values(plan(bit_read(3)), {bits({true, false, true})}), ElementsAre("t=[true,false,true]"));
  EXPECT_THAT(values(plan(bit_read(1)), {bits({true})}), ElementsAre("t=true"));
}

TEST_P(SlmpAnswerTest, TheAnswersToASplitReadAreOneValue) {
  slmp::Limits limits;
  limits.words = 2;
  limits.bits = 3;
  EXPECT_THAT(values(plan(device_read(5), limits), {words({1, 2}), words({3, 4}), words({5})}),
              ElementsAre("t=[1,2,3,4,5]"));
  EXPECT_THAT(values(plan(device_read(4, DataType::uint32), limits), {words({1, 0}), words({2, 0})}),
              ElementsAre("t=[1,2]"));
  EXPECT_THAT(values(plan(bit_read(5), limits), {bits({true, true, false}), bits({false, true})}),
              ElementsAre("t=[true,true,false,false,true]"));
}

TEST_P(SlmpAnswerTest, HexIsTheWiresOwnAlsoWhenItCameInParts) {
  EXPECT_THAT(hex(plan(device_read(2)), {words({0x1234, 0xABCD})}),
              ElementsAre(either("t=\"3412CDAB\"", "t=\"1234ABCD\"")));
  slmp::Limits limits;
  limits.words = 1;
  limits.bits = 3;
  EXPECT_THAT(hex(plan(device_read(2), limits), {words({0x1234}), words({0xABCD})}),
              ElementsAre(either("t=\"3412CDAB\"", "t=\"1234ABCD\"")));
  EXPECT_THAT(hex(plan(bit_read(5), limits), {bits({true, true, false}), bits({false, true})}),
              ElementsAre(either("t=\"110010\"", "t=\"11001\"")));
}

TEST_P(SlmpAnswerTest, ASplitReadThatFailedBeforeLeavesNothingBehind) {
  slmp::Limits limits;
  limits.words = limits.bits = 2;
  const auto try_twice = [&](const SlmpPlan& split, const Bytes& old, const Bytes& first, const Bytes& second) {
    const SlmpCommand& command = split.commands.at(0);
    SlmpAnswers taking{GetParam(), job::ValueFormat::typed};
    std::vector<telemetry::Sample> samples;
    EXPECT_TRUE(taking.take(command, 0, old, kNow, samples));
    EXPECT_FALSE(taking.take(command, 1, {}, kNow, samples));
    EXPECT_TRUE(taking.take(command, 0, first, kNow, samples));
    EXPECT_TRUE(taking.take(command, 1, second, kNow, samples));
    return samples.at(0).value;
  };
  EXPECT_EQ(try_twice(plan(device_read(4), limits), words({66, 66}), words({1, 2}), words({3, 4})), "[1,2,3,4]");
  EXPECT_EQ(try_twice(plan(bit_read(3), limits), bits({true, true}), bits({false, true}), bits({true})),
            "[false,true,true]");
}

job::DeviceReadRandom random_read() {
  job::DeviceReadRandom read;
  read.words = {{"a", {}, {0xA8, 0}}, {"b", DataType::int16, {0xC2, 0}}, {"c", DataType::bit, {0x90, 100}}};
  read.dwords = {{"d", {}, {0xA8, 1500}}, {"e", DataType::float32, {0x9D, 0x160}}};
  return read;
}

TEST_P(SlmpAnswerTest, ARandomReadGivesEachTagItsValue) {
  Bytes data;
  slmp::encode_random_values(data, GetParam(), {{0x1234, 0xFFFE, 0x8001}, {0x4E4F544C, 0x3FC00000}});
  EXPECT_THAT(values(plan(random_read()), {data}),
              ElementsAre("a=4660", "b=-2",
                          "c=[true,false,false,false,false,false,false,false,false,false,false,false,false,false,false,"
                          "true]",
                          "d=1313821772", "e=1.5"));
  EXPECT_THAT(hex(plan(random_read()), {data}),
              ElementsAre(either("a=\"3412\"", "a=\"1234\""), either("b=\"FEFF\"", "b=\"FFFE\""),
                          either("c=\"0180\"", "c=\"8001\""), either("d=\"4C544F4E\"", "d=\"4E4F544C\""),
                          either("e=\"0000C03F\"", "e=\"3FC00000\"")));
}

std::vector<std::byte> memory(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST_P(SlmpAnswerTest, LabelsTellTheirTypesThemselves) {
  job::LabelReadRandom read;
  read.labels = {
      {"bit", {}, {"LabelB"}}, {"word", DataType::int16, {"LabelW"}}, {"text", {}, {"Name"}}, {"real", {}, {"R"}}};
  const std::vector<slmp::LabelValue> answered{{1, 1, 2, memory({1, 0})},
                                               {2, 1, 2, memory({0xFE, 0xFF})},
                                               {9, 1, 4, memory({'A', 'B', 'C', 0})},
                                               {6, 1, 4, memory({0, 0, 0xC0, 0x3F})}};
  Bytes data;
  slmp::encode_label_values(data, GetParam(), answered);
  EXPECT_THAT(values(plan(read), {data}), ElementsAre("bit=true", "word=-2", "text=\"ABC\"", "real=1.5"));
  EXPECT_THAT(
      hex(plan(read), {data}),
      ElementsAre(either("bit=\"0100\"", "bit=\"0001\""), either("word=\"FEFF\"", "word=\"FFFE\""),
                  either("text=\"41424300\"", "text=\"42410043\""), either("real=\"0000C03F\"", "real=\"3FC00000\"")));
}

TEST_P(SlmpAnswerTest, ArrayLabelsAreArrays) {
  job::ArrayLabelRead read;
  read.labels = {{"words", {}, {"W", 1, 4}}, {"bits", {}, {"B", 0, 3}}};
  const std::vector<slmp::LabelValue> answered{{2, 1, 4, memory({1, 0, 2, 0})}, {1, 0, 3, memory({5, 0})}};
  Bytes data;
  slmp::encode_array_label_values(data, GetParam(), answered);
  EXPECT_THAT(values(plan(read), {data}), ElementsAre("words=[1,2]", "bits=[true,false,true]"));
  EXPECT_THAT(hex(plan(read), {data}), ElementsAre(either("words=\"01000200\"", "words=\"00010002\""),
                                                   either("bits=\"0500\"", "bits=\"0005\"")));
}

TEST_P(SlmpAnswerTest, DataOfAnotherSizeGiveNoValueAtAll) {
  for (const auto format : {job::ValueFormat::typed, job::ValueFormat::hex}) {
    for (const Bytes& wrong : {Bytes{}, words({1}), words({1, 2, 3, 4}), bits({true, false, true})}) {
      EXPECT_THAT(values(plan(device_read(3)), {wrong}, format), IsEmpty());
      EXPECT_THAT(values(plan(random_read()), {wrong}, format), IsEmpty());
      EXPECT_THAT(values(plan(job::LabelReadRandom{{}, {{"t", {}, {"L"}}}}), {wrong}, format), IsEmpty());
    }
    EXPECT_THAT(values(plan(bit_read(9)), {words({1})}, format), IsEmpty());
  }
}

}  // namespace
}  // namespace m2c2::machines
