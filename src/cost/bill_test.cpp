// The guide's own example, and what a plan can differ in.
// SPDX-License-Identifier: Apache-2.0
#include "cost/bill.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace m2c2::cost {
namespace {

/// 100 jobs with two tags a second.
Plan guide_plan() {
  Job job{.name = "press", .group = "factory-1", .delivery = {.to_stream = true, .to_topic = true}, .copies = 100};
  job::DeviceRead one{.tag = "tag1", .type = {}, .read = {.points = 1}}, two = one;
  two.tag = "tag2";
  job.definition.protocol = job::SlmpJob{.connectivity = {}, .attributes = {one, two}};
  job.looks = looks_of(job, {});
  return {.jobs = {job},
          .exporters = {{.kind = ExporterKind::archive_in_s3, .name = "archive"},
                        {.kind = ExporterKind::kinesis, .name = "kinesis"}},
          .one_exporter = true};
}

double cost_of(const Destination& destination, std::string_view what) {
  const auto line = std::ranges::find_if(destination.lines, [&](const Line& l) { return l.what.contains(what); });
  EXPECT_NE(line, destination.lines.end()) << what;
  return line == destination.lines.end() ? -1 : line->cost();
}

TEST(Bill, OfTheGuidesExampleHasItsFigures) {
  const Bill bill = bill_of(guide_plan(), {});
  const Destination& topic = bill.destinations.at(0);
  EXPECT_NEAR(cost_of(topic, "messages"), 525.60, 0.001);        // the guide: 518.40 of a month of 30 days
  EXPECT_NEAR(cost_of(topic, "connections"), 2 * 0.0035, 1e-4);  // the guide: 0.0035 of one
  const Destination& kinesis = bill.destinations.at(2);
  EXPECT_NEAR(cost_of(kinesis, "shard") + cost_of(kinesis, "PUT payload"), 18.31, 0.005);
  EXPECT_NEAR(cost_of(kinesis, "Firehose"), 525.6e6 * 5120 / 1073741824 * 0.029, 0.001);
}

TEST(Bill, AddsUpAllExportersOrOffersThemAsAlternatives) {
  Plan plan = guide_plan();
  const Bill either = bill_of(plan, {});
  ASSERT_EQ(either.totals.size(), 2u);
  const auto total = [&](std::size_t i) { return either.destinations.at(i).total(); };
  EXPECT_DOUBLE_EQ(either.totals[0].cost, total(0) + total(1));
  EXPECT_DOUBLE_EQ(either.totals[1].cost, total(0) + total(2));
  plan.one_exporter = false;
  const Bill all = bill_of(plan, {});
  ASSERT_EQ(all.totals.size(), 1u);
  EXPECT_DOUBLE_EQ(all.totals[0].cost, total(0) + total(1) + total(2));
}

TEST(Bill, TakesTheTiersOfIotCoreOneByOne) {
  Plan plan = guide_plan();
  plan.jobs[0].copies = 1200;
  const Bill bill = bill_of(plan, {});  // 6,307.2 million messages
  double messages = 0;
  for (std::size_t i = 0; i < 3; ++i) messages += bill.destinations[0].lines.at(i).cost();
  EXPECT_NEAR(messages, 1000 * 1.00 + 4000 * 0.80 + 1307.2 * 0.70, 0.001);
}

TEST(Bill, OfAnOwnBrokerAFolderAndKafkaIsNothing) {
  Plan plan = guide_plan();
  plan.own_broker = true;
  plan.exporters = {{.kind = ExporterKind::archive_in_folder, .name = "archive"},
                    {.kind = ExporterKind::kafka, .name = "kafka"}};
  const Bill bill = bill_of(plan, {});
  for (const Destination& destination : bill.destinations) {
    EXPECT_EQ(destination.total(), 0);
    EXPECT_DOUBLE_EQ(destination.messages, 525'600'000);
  }
}

TEST(Bill, SaysWhatAnOnDemandStreamWouldCostInstead) {
  const Bill bill = bill_of(guide_plan(), {});
  const Destination& kinesis = bill.destinations.at(2);
  const double gb_in = 525.6e6 * 1024 / 1073741824;
  const double text_gb = (kinesis.bytes + 525.6e6) / 1073741824;
  const double rest = kinesis.total() - cost_of(kinesis, "shard") - cost_of(kinesis, "PUT payload");
  EXPECT_NEAR(*kinesis.on_demand_total(), 730 * 0.04 + gb_in * 0.08 + text_gb * 0.04 + rest, 0.001);
}

TEST(Comparison, ShowsWhatJoiningAndIterationsSave) {
  const auto all = compare(guide_plan(), {});
  std::vector<std::string> what;
  what.reserve(all.size());
  for (const Comparison& comparison : all) what.push_back(comparison.what);
  EXPECT_THAT(what, testing::ElementsAre("as it is", "kinesis: one message a record", "kinesis: flush-interval 60s",
                                         "machine-query-iterations 30"));
  const auto total = [&](std::size_t comparison, std::size_t destination) {
    return all[comparison].bill.destinations[destination].total();
  };
  EXPECT_DOUBLE_EQ(total(1, 2), total(0, 2));  // a second finds one message of each alias: nothing to join
  EXPECT_LT(total(2, 2), 0.3 * total(0, 2));   // a minute finds many
  EXPECT_DOUBLE_EQ(total(2, 0), total(0, 0));  // the topic does not care
  EXPECT_LT(total(3, 0), 0.05 * total(0, 0));  // a thirtieth of the messages
}

TEST(Comparison, TellsOfDestinationsThatJobsLeaveOut) {
  Plan plan = guide_plan();
  plan.jobs[0].delivery = {.to_stream = false, .to_topic = true};
  const auto all = compare(plan, {});
  EXPECT_EQ(all[0].bill.destinations[2].total(), 0);
  ASSERT_EQ(all[1].what, "every job to topic and stream");
  EXPECT_GT(all[1].bill.destinations[2].total(), 18);
}

}  // namespace
}  // namespace m2c2::cost
