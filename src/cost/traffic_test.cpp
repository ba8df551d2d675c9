// The lengths of messages are those that a batch really makes.
// SPDX-License-Identifier: Apache-2.0
#include "cost/traffic.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <numeric>

#include "cost/typical.hpp"
#include "job/telemetry_names.hpp"
#include "telemetry/batch.hpp"

namespace m2c2::cost {
namespace {

using namespace std::chrono_literals;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::SizeIs;

Job slmp_job(std::vector<job::SlmpAttribute> attributes) {
  Job job{.name = "press"};
  job.definition.protocol = job::SlmpJob{.connectivity = {}, .attributes = std::move(attributes)};
  return job;
}

Job opcda_job(job::OpcdaFunction function, std::vector<std::string> addresses) {
  Job job{.name = "press"};
  job.definition.site = "London";
  job.definition.area = "floor 1";
  job.definition.process = "packaging";
  job.definition.machine = "machine 1";
  job.definition.protocol =
      job::OpcdaJob{.host = "10.0.0.1", .server = "Matrikon", .attributes = {{function, std::move(addresses)}}};
  return job;
}

job::DeviceRead words(std::string tag, std::uint16_t points, std::optional<slmp::DataType> type = {}) {
  return {.tag = std::move(tag), .type = type, .read = {.points = points}};
}

Traffic traffic(Job job, const Assumptions& assumptions) {
  job.looks = looks_of(job, assumptions);
  return traffic_of(job);
}

/// What the gateway's batch makes of one run of a job's first tag.
std::vector<std::size_t> really_sent(const Job& job) {
  const job::TelemetryNames names{job.name, job.version, job.definition};
  const auto tag = typical_tags(job.definition, {}).front();
  telemetry::Batch batch{{names.shape(tag.name, names.level(tag.name), false)}};
  for (int i = 0; i < job.definition.iterations; ++i)
    batch.add(telemetry::Samples{
        .values = {{0, WallTime{}, tag.value, {0, tag.detail.size()}}}, .faults = {}, .details = tag.detail});
  std::vector<std::size_t> sizes;
  for (const auto& message : batch.flush(WallTime{})) sizes.push_back(message.json.size());
  return sizes;
}

TEST(Traffic, OfTheGuidesMessageIsItsBytesOnceAnInterval) {
  const Traffic sent = traffic(slmp_job({words("speed", 1)}), {});
  const std::string message =
      R"({"_id_":"01234567-89ab-cdef-0123-456789abcdef","_timestamp_":"2026-03-01 00:00:02.000000","version":"1",)"
      R"("tag":"speed","message":[{"value":1234,"timestamp":"2026-03-01 00:00:00.000000"}]})";
  EXPECT_THAT(sent.flows, ElementsAre(Flow{.tags = 1,
                                           .a_second = 1,
                                           .payload = message.size(),
                                           .key = std::string_view{"m2c2/job/press/speed"}.size()}));
}

TEST(Traffic, HasTheBytesThatABatchMakes) {
  for (const Job& made : {slmp_job({words("speed", 3, slmp::DataType::uint16)}),
                          opcda_job(job::OpcdaFunction::read_tags, {"Random.Int2"})}) {
    Job job = made;
    job.definition.iterations = 7;
    const auto sizes = really_sent(job);
    ASSERT_THAT(sizes, SizeIs(1));
    const Traffic sent = traffic(job, {});
    ASSERT_THAT(sent.flows, SizeIs(1));
    EXPECT_EQ(sent.flows[0].payload, sizes[0]);
    EXPECT_THAT(sent.flows[0].a_second, DoubleEq(1.0 / 7));
  }
}

TEST(Traffic, CutsWhatIsOverTheLimitWhereABatchDoes) {
  for (std::uint16_t points = 952; points < 960; ++points) {
    Job job = slmp_job({words("speed", points)});
    job.definition.iterations = 30;
    const auto sizes = really_sent(job);
    ASSERT_THAT(sizes, SizeIs(2));
    const Traffic sent = traffic(job, {});
    ASSERT_THAT(sent.flows, SizeIs(2));
    EXPECT_EQ(sent.flows[0].payload, sizes[0]);
    EXPECT_EQ(sent.flows[1].payload, sizes[1]);
  }
}

TEST(Traffic, CountsCopiesAndJoinsTagsThatLookAlike) {
  Job job = slmp_job({words("tag1", 1), words("tag2", 1), words("longer", 1)});
  job.copies = 100;
  job.definition.interval = 500ms;
  const Traffic sent = traffic(job, {});
  EXPECT_EQ(sent.tags, 3u);
  ASSERT_THAT(sent.flows, SizeIs(2));
  EXPECT_EQ(sent.flows[0].tags, 200);
  EXPECT_EQ(sent.messages_a_second(), 600);
}

TEST(Traffic, CountsPatternsAsToldOrAsAssumed) {
  const Job job = opcda_job(job::OpcdaFunction::read_list, {"Line1.*", "Line2.*", "Line3.Speed"});
  Assumptions assumptions;
  assumptions.tags_of_pattern["Line1.*"] = 40;
  const Traffic sent = traffic(job, assumptions);
  EXPECT_EQ(sent.tags, 40u + 10u + 1u);
  EXPECT_EQ(sent.guessed_tags, 10u);
  EXPECT_EQ(sent.messages_a_second(), 51);
}

TEST(Traffic, GivesATagThatIsNamedTwiceTwoEntriesInItsMessage) {
  const Traffic once = traffic(opcda_job(job::OpcdaFunction::read_tags, {"a.b"}), {});
  const Traffic twice = traffic(opcda_job(job::OpcdaFunction::read_tags, {"a.b", "a.b"}), {});
  EXPECT_EQ(twice.tags, 1u);
  EXPECT_EQ(twice.messages_a_second(), once.messages_a_second());
  EXPECT_GT(twice.flows[0].payload, once.flows[0].payload + 100);
}

TEST(TypicalTags, HaveAValueOfEachDataType) {
  using slmp::DataType;
  const auto value = [](const job::SlmpAttribute& attribute, job::ValueFormat format = job::ValueFormat::typed) {
    Job job = slmp_job({attribute});
    std::get<job::SlmpJob>(job.definition.protocol).value_format = format;
    return typical_tags(job.definition, {}).front().value;
  };
  EXPECT_EQ(value(words("t", 1)), "1234");
  EXPECT_EQ(value(words("t", 4, DataType::float32)), "[123.456,123.456]");
  EXPECT_EQ(value(words("t", 3, DataType::string)), R"("000000")");
  EXPECT_EQ(value(words("t", 2), job::ValueFormat::hex), R"("00000000")");
  job::DeviceRead read = words("t", 3);
  read.read.subcommand = 1;
  EXPECT_EQ(value(read), "[false,true,false]");
  EXPECT_EQ(value(job::DeviceReadRandom{.words = {}, .dwords = {{.tag = "t", .type = {}, .device = {}}}}), "123456");
  EXPECT_EQ(value(job::ArrayLabelRead{.abbreviations = {},
                                      .labels = {{.tag = "t", .type = {}, .label = {.unit = 1, .length = 4}}}}),
            "[1234,1234]");
  EXPECT_EQ(
      value(job::LabelReadRandom{.abbreviations = {}, .labels = {{.tag = "t", .type = DataType::bit, .label = {}}}}),
      "false");
}

TEST(TypicalTags, HaveValuesOfTheSizeThatIsAskedFor) {
  Assumptions assumptions;
  assumptions.value_bytes = 77;
  EXPECT_EQ(typical_tags(slmp_job({words("t", 1)}).definition, assumptions).front().value.size(), 77u);
}

}  // namespace
}  // namespace m2c2::cost
