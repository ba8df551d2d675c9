// What is printed.
// SPDX-License-Identifier: Apache-2.0
#include "cost/report.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace m2c2::cost {
namespace {

using testing::HasSubstr;

Plan plan(const Assumptions& assumptions = {}) {
  Job job{.name = "press \"7\"", .group = "g", .delivery = {.to_stream = true, .to_topic = true}, .copies = 100};
  job.definition.protocol = job::OpcdaJob{
      .host = "10.0.0.1", .server = "s", .attributes = {{job::OpcdaFunction::read_list, {"Line1.*", "Line2.*"}}}};
  job.looks = looks_of(job, assumptions);
  return {.jobs = {job}, .exporters = {{.kind = ExporterKind::kinesis, .name = "kinesis"}}, .assumptions = assumptions};
}

TEST(Money, IsGroupedAndNeverRoundedToNothing) {
  EXPECT_EQ(money(1234567.891), "1,234,567.89");
  EXPECT_EQ(money(999.5), "999.50");
  EXPECT_EQ(money(0.0035), "0.0035");
  EXPECT_EQ(money(0), "0.00");
  EXPECT_EQ(grouped(525'600'000), "525,600,000");
  EXPECT_EQ(grouped(999), "999");
}

TEST(Report, StatesWhatItAssumed) {
  Assumptions assumptions;
  assumptions.tags_of_pattern["Line1.*"] = 3;
  const std::string text = to_text(plan(assumptions), {});
  EXPECT_THAT(text, HasSubstr("press \"7\""));
  EXPECT_THAT(text, HasSubstr("A pattern of a read_list stands for 10 tags"));
  EXPECT_THAT(text, HasSubstr("gzip makes text 5 times smaller"));
  EXPECT_THAT(text, HasSubstr("DynamoDB is left out"));
  assumptions.tags_of_pattern["Line2.*"] = 4;
  EXPECT_THAT(to_text(plan(assumptions), {}), Not(HasSubstr("A pattern of a read_list")));
}

TEST(Report, WarnsOfMoreThanAConnectionTakes) {
  Plan much = plan();  // 20 tags of 100 jobs, each second
  ASSERT_EQ(warnings_of(much).size(), 1u);
  EXPECT_THAT(warnings_of(much)[0], HasSubstr("group g sends 2,000 messages a second"));
  much.jobs[0].copies = 5;
  EXPECT_TRUE(warnings_of(much).empty());
  much = plan();
  much.own_broker = true;
  EXPECT_TRUE(warnings_of(much).empty());
}

TEST(Report, HasTheSameFiguresAsJson) {
  const auto json = boost::json::parse(to_json(plan(), {})).as_object();
  const Bill bill = bill_of(plan(), {});
  EXPECT_EQ(json.at("jobs").at(0).at("name").as_string(), "press \"7\"");
  EXPECT_EQ(json.at("jobs").at(0).at("guessed-tags").as_int64(), 20);
  EXPECT_DOUBLE_EQ(json.at("totals").at(0).at("cost").to_number<double>(), bill.totals[0].cost);
  const auto& kinesis = json.at("destinations").at(1);
  EXPECT_DOUBLE_EQ(kinesis.at("on-demand").at("total").to_number<double>(), *bill.destinations[1].on_demand_total());
  EXPECT_EQ(kinesis.at("lines").as_array().size(), bill.destinations[1].lines.size());
  EXPECT_EQ(json.at("comparisons").as_array().size(), compare(plan(), {}).size());
}

TEST(Prices, ArePrintedWithACommentAKey) {
  const std::string toml = to_toml({});
  EXPECT_THAT(toml, HasSubstr("\n[kinesis]\nshard-hour = 0.015  # an hour of a provisioned shard"));
  for (const PriceKey& key : kPriceKeys) EXPECT_THAT(toml, HasSubstr(key.comment));
}

}  // namespace
}  // namespace m2c2::cost
