// Rows of a read() as samples.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/rows.hpp"

#include <gmock/gmock.h>

namespace m2c2::machines {
namespace {

using telemetry::Samples;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

OpcdaItems items_of(std::vector<std::string> names) {
  OpcdaItems items;
  items.set({std::move(names)});
  return items;
}

std::string value_of(std::string_view literal) {
  OpcdaItems items = items_of({"T"});
  Samples samples;
  const std::string answer = "[('T'," + std::string{literal} + ",'Good',None)]";
  const auto fault = take_rows(answer, items.calls().at(0), items, {}, samples);
  return fault ? to_text(*fault) : samples.values.at(0).value;
}

TEST(OpcdaRows, GiveValuesOfEveryKind) {
  EXPECT_EQ(value_of("1.5"), "1.5");
  EXPECT_EQ(value_of("-12"), "-12");
  EXPECT_EQ(value_of("340282366920938463463374607431768211456"), "340282366920938463463374607431768211456");
  EXPECT_EQ(value_of("1e30000"), R"("Infinity")");
  EXPECT_EQ(value_of("{'__class__':'float','value':'nan'}"), R"("NaN")");
  EXPECT_EQ(value_of("True"), "true");
  EXPECT_EQ(value_of("None"), "null");
  EXPECT_EQ(value_of("'a\"b\\n\u00e9'"), "\"a\\\"b\\n\u00e9\"");
  EXPECT_EQ(value_of("((1,2.5),())"), "[[1,2.5],[]]");
  EXPECT_EQ(value_of("{'data': 'AQI=', 'encoding': 'base64'}"), R"("AQI=")");
}

TEST(OpcdaRows, CarryQualityAndTimeAsTheServerSaysThem) {
  OpcdaItems items = items_of({"A", "B", "C"});
  Samples samples;
  ASSERT_FALSE(
      take_rows("[('A',1,'Good','2021-02-19 01:25:26.827000+00:00'),('C',None,'Error',None),"
                "('B','x','Uncertain','2021-02-19 01:25:26+00:00')]",
                items.calls().at(0), items, WallTime{}, samples));
  std::vector<std::string> rows;
  for (const auto& sample : samples.values)
    rows.push_back(items.tags()[sample.tag] + "=" + sample.value + " " + std::string{samples.detail(sample)});
  EXPECT_THAT(rows, ElementsAre(R"(A=1 "quality":"Good","timestamp":"2021-02-19 01:25:26.827000+00:00")",
                                R"(C=null "quality":"Error","timestamp":null)",
                                R"(B="x" "quality":"Uncertain","timestamp":"2021-02-19 01:25:26+00:00")"));
  ASSERT_EQ(samples.faults.size(), 1u);
  EXPECT_EQ(samples.faults[0].subject, "OPC item C");
  EXPECT_THAT(samples.faults[0].why, HasSubstr("m2c2 opcda browse"));
}

TEST(OpcdaRows, AreWhatWasAskedForOrNothing) {
  OpcdaItems items = items_of({"A", "B"});
  for (const auto* answer :
       {"None", "[('A',1,'Good',None)]", "[('A',1,'Good',None),('X',1,'Good',None)]", "[('A',1,'Error',None),('B',1)]",
        "[('A',1,'Good',None),('B',1,'Good',None)", "[(1,1,'Good',None)]", "[('A',1,'Good',None),('A',2,'Good',None)]",
        "[('A',1,'Good',None),('B',1,'Good',None),('A',1,'Good',None)]"}) {
    Samples samples;
    EXPECT_TRUE(take_rows(answer, items.calls().at(0), items, {}, samples)) << answer;
    EXPECT_THAT(samples.values, IsEmpty());
    EXPECT_THAT(samples.faults, IsEmpty());
  }
}

TEST(OpcdaItems, KeepTheirTagsWhateverComesAndGoes) {
  OpcdaItems items = items_of({"A", "B's", "A"});
  EXPECT_THAT(items.tags(), ElementsAre("A", "B's"));
  EXPECT_THAT(items.again(), ElementsAre(0));
  EXPECT_EQ(items.calls().at(0).arguments, "(['A',\"B's\"],)");
  items.set_aside(0);
  items.set({{"C"}, {"A"}});
  EXPECT_THAT(items.tags(), ElementsAre("A", "B's", "C"));
  EXPECT_EQ(items.calls().at(0).arguments, "(['C'],)");
  items.take_back();
  EXPECT_EQ(items.calls().at(0).arguments, "(['C','A'],)");
  EXPECT_EQ(items.tag_of("B's"), items.tags().size()) << "it is read no more";
}

TEST(OpcdaItems, AreReadFiveHundredInACall) {
  std::vector<std::string> names(1001);
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = "T" + std::to_string(i);
  OpcdaItems items = items_of(names);
  ASSERT_EQ(items.calls().size(), 3u);
  EXPECT_EQ(items.calls()[2].arguments, "(['T1000'],)");
}

TEST(OpcdaItems, ThatAreNoTopicLevelAreLeftOut) {
  const OpcdaItems items = items_of({"A", "a#b", "info", "a#b"});
  EXPECT_THAT(items.tags(), ElementsAre("A"));
  ASSERT_EQ(items.faults().size(), 2u);
  EXPECT_EQ(items.faults()[0].subject, "OPC item a#b");
  EXPECT_THAT(items.faults()[0].why, HasSubstr("contains '#'"));
}

}  // namespace
}  // namespace m2c2::machines
