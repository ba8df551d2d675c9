// Plans: what a job asks for, request by request.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/hex.hpp"
#include "protocols/slmp/device.hpp"
#include "tests/support/slmp_wire.hpp"

namespace m2c2::machines {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Le;
using testing::SizeIs;

constexpr slmp::Format kBinary3E{slmp::FrameType::e3, slmp::Code::binary};
constexpr slmp::Format kBinary4E{slmp::FrameType::e4, slmp::Code::binary};
constexpr slmp::Format kAscii3E{slmp::FrameType::e3, slmp::Code::ascii};

std::uint16_t code_of(std::string_view name) { return slmp::find_device_by_name(name)->code; }

job::DeviceRead device_read(std::string tag, std::string_view device, std::uint32_t number, std::uint16_t points,
                            std::uint16_t subcommand = 0) {
  return {std::move(tag), {}, {subcommand, {code_of(device), number}, points}};
}

job::SlmpJob job_of(slmp::Format format, std::vector<job::SlmpAttribute> attributes) {
  job::SlmpJob job;
  job.connectivity.format = format;
  job.attributes = std::move(attributes);
  return job;
}

/// What the requests of a device_read ask for.
std::vector<slmp::DeviceRead> reads_of(const SlmpCommand& command, slmp::Format format) {
  std::vector<slmp::DeviceRead> reads;
  for (const SlmpRequest& request : command.requests) {
    const auto frame = slmp::decode_request(format, request.frame).value();
    reads.push_back(slmp::decode_device_read(format.code, frame.subcommand, frame.data).value());
    EXPECT_EQ(request.points, reads.back().points);
  }
  return reads;
}

/// Heads and points of a device_read, "0+960 960+40".
std::string parts_of(const job::SlmpJob& job, const slmp::Limits& limits) {
  const SlmpPlan plan = make_plan(job, limits);
  std::string text;
  for (const auto& read : reads_of(plan.commands.at(0), job.connectivity.format))
    text += (text.empty() ? "" : " ") + std::to_string(read.head.number) + "+" + std::to_string(read.points);
  return text;
}

std::string parts_of(const job::SlmpJob& job) { return parts_of(job, slmp::limits_for(job.connectivity.format.code)); }

TEST(SlmpPlan, AReadIsTheManualsFrame) {
  const auto job = job_of(kBinary3E, {device_read("speed", "D", 100, 3)});
  const SlmpPlan plan = make_plan(job, {});
  EXPECT_EQ(to_hex(plan.commands.at(0).requests.at(0).frame), "500000FFFF03000C00000001040000640000A80300");
  EXPECT_EQ(plan.commands[0].subject, "device_read D100 (speed)");

  const SlmpPlan ascii = make_plan(job_of(kAscii3E, {device_read("speed", "D", 100, 3)}), {});
  EXPECT_EQ(as_text(ascii.commands.at(0).requests.at(0).frame), "500000FF03FF000018000004010000D*0001000003");
}

TEST(SlmpPlan, TheRouteAndTheTimerOfTheJobStandInEachRequest) {
  auto job = job_of(kBinary4E, {device_read("speed", "D", 100, 3)});
  job.connectivity.route = {1, 3, 0x03E0, 2};
  job.connectivity.timer = 0x10;
  const SlmpPlan plan = make_plan(job, {});
  EXPECT_EQ(to_hex(plan.commands.at(0).requests.at(0).frame),
            "540000000000"
            "0103E00302"
            "0C00"
            "1000"
            "0104"
            "0000"
            "640000A80300");
}

TEST(SlmpPlan, AThousandWordsAreTwoRequestsForOneTag) {
  const auto job = job_of(kBinary4E, {device_read("many", "D", 100, 1000)});
  EXPECT_EQ(parts_of(job), "100+960 1060+40");
  const SlmpPlan plan = make_plan(job, {});
  EXPECT_EQ(plan.tags, std::vector<std::string>{"many"});
  EXPECT_THAT(plan.commands, SizeIs(1));
  EXPECT_THAT(plan.commands[0].fields, SizeIs(1));
}

TEST(SlmpPlan, EveryPointOfTheLargestReadIsAskedForOnce) {
  for (const slmp::Format format : test::kSlmpFormats) {
    const auto job = job_of(format, {device_read("all", "W", 7, 65535)});
    std::uint32_t next = 7;
    for (const auto& read : reads_of(make_plan(job, slmp::limits_for(format.code)).commands.at(0), format)) {
      EXPECT_EQ(read.head.number, next);
      EXPECT_LE(read.points, 960);
      next += read.points;
    }
    EXPECT_EQ(next, 7u + 65535);
  }
}

TEST(SlmpPlan, AWordOfABitDeviceIs16OfItsNumbers) {
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("m", "M", 100, 1000)})), "100+960 15460+40");
  EXPECT_EQ(parts_of(job_of(kAscii3E, {device_read("x", "X", 0x20, 961)})), "32+960 15392+1");
}

TEST(SlmpPlan, BitsAreSplitByTheirOwnLimitOfEachCode) {
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("m", "M", 0, 7169, 1)})), "0+7168 7168+1");
  EXPECT_EQ(parts_of(job_of(kAscii3E, {device_read("m", "M", 0, 7169, 1)})), "0+3584 3584+3584 7168+1");
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("m", "M", 0, 7169, 3)})), "0+7168 7168+1");
}

TEST(SlmpPlan, TheWordsOfOneElementStayInOneRequest) {
  auto read = device_read("energy", "D", 0, 12);
  read.type = slmp::DataType::float64;
  slmp::Limits limits;
  limits.words = 10;
  EXPECT_EQ(parts_of(job_of(kBinary4E, {read}), limits), "0+8 8+4");
  limits.words = 3;
  EXPECT_EQ(parts_of(job_of(kBinary4E, {read}), limits), "0+3 3+3 6+3 9+3") << "unless the PLC gives no element whole";

  auto of_bits = device_read("mask", "M", 0, 12);
  of_bits.type = slmp::DataType::uint64;
  limits.words = 10;
  EXPECT_EQ(parts_of(job_of(kBinary4E, {of_bits}), limits), "0+8 128+4");
}

TEST(SlmpPlan, LongTimersAreFourWordsANumberAndLongCountersTwo) {
  slmp::Limits limits;
  limits.words = 10;
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("t", "LTN", 5, 16, 2)}), limits), "5+8 7+8");
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("c", "LCN", 5, 14, 2)}), limits), "5+10 10+4");
  limits.words = 3;
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("t", "LTN", 5, 8, 2)}), limits), "5+4 6+4");
  EXPECT_EQ(parts_of(job_of(kBinary4E, {device_read("c", "LCN", 5, 6, 2)}), limits), "5+2 6+2 7+2");
}

job::DeviceReadRandom random_read(std::uint16_t subcommand, std::size_t words, std::size_t dwords) {
  job::DeviceReadRandom read;
  read.subcommand = subcommand;
  for (std::uint32_t i = 0; i < words; ++i) read.words.push_back({"w" + std::to_string(i), {}, {code_of("D"), i}});
  for (std::uint32_t i = 0; i < dwords; ++i) read.dwords.push_back({"d" + std::to_string(i), {}, {code_of("W"), i}});
  return read;
}

/// "150+42 0+58": words and double words of each request.
std::string random_parts(const SlmpPlan& plan, slmp::Format format) {
  std::string text;
  for (const SlmpCommand& command : plan.commands) {
    const auto frame = slmp::decode_request(format, command.requests.at(0).frame).value();
    const auto read = slmp::decode_device_read_random(format.code, frame.subcommand, frame.data).value();
    EXPECT_EQ(command.words, read.words.size());
    EXPECT_EQ(command.fields.size(), read.words.size() + read.dwords.size());
    text += (text.empty() ? "" : " ") + std::to_string(read.words.size()) + "+" + std::to_string(read.dwords.size());
  }
  return text;
}

TEST(SlmpPlan, RandomReadsAreSplitByWordsAndDoubleWordsTogether) {
  EXPECT_EQ(random_parts(make_plan(job_of(kBinary4E, {random_read(0, 192, 0)}), {}), kBinary4E), "192+0");
  EXPECT_EQ(random_parts(make_plan(job_of(kBinary4E, {random_read(0, 150, 100)}), {}), kBinary4E), "150+42 0+58");
  EXPECT_EQ(random_parts(make_plan(job_of(kAscii3E, {random_read(0, 0, 400)}), {}), kAscii3E), "0+192 0+192 0+16");
  EXPECT_EQ(random_parts(make_plan(job_of(kBinary4E, {random_read(2, 90, 10)}), {}), kBinary4E), "90+6 0+4");
}

TEST(SlmpPlan, EachTagOfASplitRandomReadKeepsItsDevice) {
  const SlmpPlan plan = make_plan(job_of(kBinary4E, {random_read(0, 150, 100)}), {});
  std::vector<std::string> seen;
  for (const SlmpCommand& command : plan.commands) {
    const auto frame = slmp::decode_request(kBinary4E, command.requests[0].frame).value();
    const auto read = slmp::decode_device_read_random(slmp::Code::binary, 0, frame.data).value();
    for (std::size_t i = 0; i < command.fields.size(); ++i) {
      const bool word = i < command.words;
      const slmp::Device device = word ? read.words[i] : read.dwords[i - command.words];
      const std::string tag = plan.tags[command.fields[i].tag];
      EXPECT_EQ(tag, (word ? "w" : "d") + std::to_string(device.number));
      EXPECT_EQ(command.fields[i].type, word ? slmp::DataType::uint16 : slmp::DataType::uint32);
      seen.push_back(tag);
    }
  }
  EXPECT_EQ(seen, plan.tags);
  EXPECT_THAT(seen, SizeIs(250));
}

job::Label label(std::string name, std::uint16_t length = 0, std::uint8_t unit = 1) {
  return {"tag " + name, {}, {std::move(name), unit, length}};
}

TEST(SlmpPlan, LabelsAreSplitSoThatRequestsStayWithinTheLimit) {
  for (const slmp::Format format : test::kSlmpFormats) {
    job::LabelReadRandom attribute;
    attribute.abbreviations = {"Plant", "Line"};
    for (int i = 0; i < 500; ++i) attribute.labels.push_back(label("%1.Motor[" + std::to_string(i) + "].speed"));
    const SlmpPlan plan = make_plan(job_of(format, {attribute}), {});
    std::vector<std::string> asked;
    for (const SlmpCommand& command : plan.commands) {
      EXPECT_LE(command.requests.at(0).frame.size(), 1920u);
      const auto frame = slmp::decode_request(format, command.requests[0].frame).value();
      const auto read = slmp::decode_label_read_random(format.code, frame.data).value();
      EXPECT_EQ(read.abbreviations, attribute.abbreviations);
      EXPECT_EQ(read.labels.size(), command.fields.size());
      asked.insert(asked.end(), read.labels.begin(), read.labels.end());
    }
    EXPECT_GT(plan.commands.size(), 10u) << test::name_of(format);
    EXPECT_TRUE(std::ranges::equal(asked, attribute.labels, {}, {}, [](const auto& l) { return l.label.label; }));
  }
}

TEST(SlmpPlan, ArrayLabelsAreSplitSoThatAnswersStayWithinTheLimit) {
  for (const slmp::Format format : test::kSlmpFormats) {
    job::ArrayLabelRead attribute;
    for (int i = 0; i < 40; ++i) attribute.labels.push_back(label("a" + std::to_string(i), 255));
    for (int i = 0; i < 40; ++i) attribute.labels.push_back(label("b" + std::to_string(i), 1000, 0));
    for (const SlmpCommand& command : make_plan(job_of(format, {attribute}), {}).commands) {
      std::vector<slmp::LabelValue> values;
      for (const SlmpField& field : command.fields) {
        const slmp::ArrayLabel& asked = attribute.labels[field.tag].label;
        values.push_back({1, asked.unit, asked.length, Bytes(slmp::label_data_bytes(asked.unit, asked.length))});
      }
      Bytes data;
      slmp::encode_array_label_values(data, format.code, values);
      const test::SlmpWire wire{format};
      EXPECT_LE(wire.answer(data, 1).size(), 1920u) << test::name_of(format);
    }
  }
}

TEST(SlmpPlan, ALabelTooLargeForAnyRequestIsAskedForAlone) {
  job::ArrayLabelRead attribute;
  attribute.labels = {label("small", 2), label("huge", 60'000), label("little", 2)};
  const SlmpPlan plan = make_plan(job_of(kBinary4E, {attribute}), {});
  ASSERT_THAT(plan.commands, SizeIs(3));
  EXPECT_EQ(plan.commands[1].subject, "array_label_read huge (tag huge)");
}

TEST(SlmpPlan, TagsStandInTheOrderOfTheirFirstMention) {
  job::LabelReadRandom labels;
  labels.labels = {{"state", {}, {"State"}}, {"speed", {}, {"Speed"}}};
  const SlmpPlan plan = make_plan(job_of(kBinary4E, {device_read("speed", "D", 0, 1), random_read(0, 2, 1), labels,
                                                     device_read("m", "M", 0, 1, 1)}),
                                  {});
  EXPECT_THAT(plan.tags, ElementsAre("speed", "w0", "w1", "d0", "state", "m"));
}

TEST(SlmpPlan, ASubjectNamesTheFirstOfManyAndIsTheSameEveryTime) {
  const auto job = job_of(kBinary4E, {random_read(0, 2, 5), random_read(0, 0, 2)});
  const SlmpPlan plan = make_plan(job, {});
  EXPECT_EQ(plan.commands.at(0).subject, "device_read_random D0, D1, W0 and 4 more (w0, w1, d0 and 4 more)");
  EXPECT_EQ(plan.commands.at(1).subject, "device_read_random W0, W1 (d0, d1)");
}

TEST(SlmpPlan, ARefusedRequestHalvesItsLimitUntilItNoLongerFits) {
  const auto job = job_of(kAscii3E, {device_read("many", "D", 0, 960), device_read("some", "D", 0, 100)});
  slmp::Limits limits;
  const SlmpPlan plan = make_plan(job, limits);
  EXPECT_TRUE(lower_limit(limits, plan.commands[0], plan.commands[0].requests[0]));
  EXPECT_EQ(limits.words, 480u);
  EXPECT_TRUE(lower_limit(limits, plan.commands[0], plan.commands[0].requests[0]));
  EXPECT_EQ(limits.words, 480u) << "a second request of the same plan says nothing new";
  EXPECT_TRUE(lower_limit(limits, plan.commands[1], plan.commands[1].requests[0]));
  EXPECT_EQ(limits.words, 60u);
}

TEST(SlmpPlan, HalvingEndsAtOnePointARequest) {
  const auto job = job_of(kBinary4E, {device_read("many", "D", 0, 1000), random_read(0, 3, 3)});
  slmp::Limits limits;
  const auto one = [](const SlmpRequest& request) { return request.points == 1; };
  for (int round = 0; round < 20; ++round) {
    const SlmpPlan plan = make_plan(job, limits);
    for (const SlmpCommand& command : plan.commands)
      EXPECT_EQ(lower_limit(limits, command, command.requests[0]), !one(command.requests[0]));
  }
  const SlmpPlan plan = make_plan(job, limits);
  EXPECT_THAT(plan.commands.at(0).requests, SizeIs(1000));
  EXPECT_TRUE(std::ranges::all_of(plan.commands[0].requests, one));
  EXPECT_THAT(plan.commands, SizeIs(7));
}

TEST(SlmpPlan, HalvingEndsAtTheWordsOfOneNumber) {
  const auto job = job_of(kBinary4E, {device_read("timer", "LTN", 0, 16, 2), device_read("counter", "LCN", 0, 16, 2)});
  slmp::Limits limits;
  for (int round = 0; round < 20; ++round) {
    const SlmpPlan plan = make_plan(job, limits);
    if (!lower_limit(limits, plan.commands[0], plan.commands[0].requests[0])) break;
  }
  const SlmpPlan plan = make_plan(job, limits);
  EXPECT_EQ(plan.commands[0].requests[0].points, 4u);
  EXPECT_FALSE(lower_limit(limits, plan.commands[0], plan.commands[0].requests[0]));
  EXPECT_EQ(limits.words, 7u);
  EXPECT_TRUE(lower_limit(limits, plan.commands[1], plan.commands[1].requests[0]));
}

TEST(SlmpPlan, WhatIsGivenUpIsAskedForApartAndKeepsItsTag) {
  auto random = random_read(0, 3, 2);
  const auto job = job_of(kBinary4E, {device_read("many", "D", 0, 960), random});
  SlmpAllowance few{.limits = {}, .given_up = {}};
  few.limits.words = few.limits.random = 2;
  auto allowances = std::vector(2, few);
  allowances[0].given_up = {0};
  allowances[1].given_up = {2, 3};  // w1, w2
  const SlmpPlan plan = plan_within(job, allowances);
  EXPECT_THAT(plan.tags, ElementsAre("many", "w0", "w1", "w2", "d0", "d1"));
  ASSERT_THAT(plan.commands, SizeIs(4));
  std::vector<std::string> all;
  for (const SlmpCommand& command : plan.commands) {
    all.push_back(std::to_string(command.attribute) + (command.given_up ? " given up" : ""));
    for (const SlmpField& field : command.fields) all.back() += " " + plan.tags[field.tag];
  }
  EXPECT_THAT(all, ElementsAre("0 given up many", "1 w0 d0", "1 d1", "1 given up w1 w2"));
  EXPECT_EQ(plan.commands[0].requests.at(0).points, 960u);
}

TEST(SlmpPlan, HalvingSplitsLabelsTooDownToOne) {
  job::LabelReadRandom attribute;
  for (int i = 0; i < 50; ++i) attribute.labels.push_back(label("L" + std::to_string(i)));
  const auto job = job_of(kBinary4E, {attribute});
  slmp::Limits limits;
  std::size_t before = 0;
  for (;;) {
    const SlmpPlan plan = make_plan(job, limits);
    EXPECT_GT(plan.commands.size(), before);
    before = plan.commands.size();
    if (!lower_limit(limits, plan.commands[0], plan.commands[0].requests[0])) break;
  }
  EXPECT_EQ(before, 50u);
}

}  // namespace
}  // namespace m2c2::machines
