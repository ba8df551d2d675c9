// The items of a table: the original's attributes, requests of every size, and items that are damaged.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/items.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "store/job_store_test.hpp"

namespace m2c2::store::dynamodb {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kTable = "m2c2-jobs";

Item parse(std::string_view text) { return json::parse(text).as_object(); }

/// A version whose documents are a request's: `tags` of them, 100 bytes each.
JobVersion version_with(std::size_t tags) {
  std::string attributes;
  for (std::size_t tag = 0; tag < tags; ++tag)
    attributes += fmt::format(R"({}{{"tag-name":"Größe {:0>80}"}})", tag ? "," : "", tag);
  JobVersion version = version_of("press", 7);
  version.data_parameters = fmt::format(R"({{"machine-query-time-interval":0.5,"attributes":[{}]}})", attributes);
  version.machine_details = fmt::format(R"({{"site-name":"London","data-parameters":{}}})", version.data_parameters);
  version.job_details =
      fmt::format(R"({{"job":{{"control":"deploy","machine-details":{}}}}})", version.machine_details);
  return version;
}

JobVersion read_back(const VersionItems& items) {
  auto stored = read_version(items.item, kTable);
  EXPECT_EQ(outcome(stored), kDone);
  EXPECT_EQ(stored->parts, std::ssize(items.parts));
  if (stored->parts > 0) {
    EXPECT_EQ(outcome(join(*stored, items.item, items.parts, kTable)), kDone);
  }
  return stored->version;
}

TEST(DynamoItems, AVersionHasTheOriginalsAttributesAndTypes) {
  JobVersion version = version_of("press", 7);
  version.data_parameters = R"({"n":[1,0.5,true,null,"x"]})";
  EXPECT_EQ(items_of(version, "w1")->item, parse(R"({
    "jobid": {"S": "press"}, "version": {"N": "7"}, "control": {"S": "update"}, "gggroupid": {"S": "factory-1"},
    "machine-details": {"M": {"site-name": {"S": "London"}}}, "process": {"S": "packaging"}, "site": {"S": "London"},
    "area": {"S": "floor 1"}, "machine": {"S": "machine 1"},
    "data_parameters": {"M": {"n": {"L": [{"N": "1"}, {"N": "0.5"}, {"BOOL": true}, {"NULL": true}, {"S": "x"}]}}},
    "machine_query_iterations": {"N": "3"}, "machine_query_time_interval": {"N": "0.5"}, "protocol": {"S": "opcda"},
    "address": {"S": "169.254.89.33"}, "job_details": {"S": "{\"job\":{\"control\":\"deploy\"}}"},
    "timestamp": {"S": "2026-01-01 00:00:00.000000"}, "write": {"S": "w1"}})"));
  EXPECT_EQ(read_back(*items_of(version, "w1")).data_parameters, version.data_parameters);
}

TEST(DynamoItems, ReadsWhatTheOriginalWrote) {
  const auto stored = read_version(parse(R"({
    "jobid": {"S": "press"}, "version": {"N": "3"}, "control": {"S": "start"}, "gggroupid": {"S": "gg-1"},
    "properties": {"L": [{"M": {"name": {"S": "press"}, "version": {"S": "3"}}}]},
    "machine-details": {"M": {"connectivity-parameters": {"M": {"port-number": {"N": "5007"}}}}},
    "process": {"S": "not specified"}, "site": {"S": "not specified"}, "area": {"S": "not specified"},
    "machine": {"S": "m"}, "data_parameters": {"M": {}}, "machine_query_iterations": {"N": "1"},
    "machine_query_time_interval": {"N": "2"}, "attributes": {"S": "slmp"}, "protocol": {"S": "slmp"},
    "address": {"S": "192.0.2.1"}, "job_details": {"S": "{\"job\": {}}"}, "timestamp": {"S": "01/02/2021,03:04:05.6"}})"),
                                   kTable);
  ASSERT_EQ(outcome(stored), kDone);
  EXPECT_EQ(stored->version.machine_details, R"({"connectivity-parameters":{"port-number":5007}})");
  EXPECT_EQ(stored->version.interval, 2);
  EXPECT_EQ(stored->version.job_details, R"({"job": {}})") << "as it was written, to the byte";
}

TEST(DynamoItems, OfEverySizeFitAndComeBackWhole) {
  for (const std::size_t tags : {0U, 1'000U, 1'290U, 1'300U, 3'000U, 4'000U, 12'000U}) {
    const JobVersion version = version_with(tags);
    const auto items = items_of(version, "w1");
    ASSERT_EQ(outcome(items), kDone);
    constexpr std::size_t kWithTheHead = 390'000;
    EXPECT_LT(size_of(items->item), kWithTheHead);
    for (const Item& part : items->parts) EXPECT_LT(size_of(part), kWithTheHead);
    const JobVersion got = read_back(*items);
    EXPECT_EQ(got.job_details, version.job_details) << tags;
    EXPECT_EQ(got.machine_details, version.machine_details) << tags;
    EXPECT_EQ(got.data_parameters, version.data_parameters) << tags;
  }
}

TEST(DynamoItems, PartsCutNoCharacterInTwo) {
  for (std::size_t offset = 0; offset < 4; ++offset) {
    JobVersion version = version_of("press", 7);
    version.job_details.assign(offset, 'x');
    while (version.job_details.size() < 800'000) version.job_details += "\U0001F3ED";
    const auto items = items_of(version, "w1");
    ASSERT_EQ(items->parts.size(), 3U);
    for (const Item& part : items->parts) {
      const auto& piece = part.at("job_details").at("S").as_string();
      EXPECT_NE(piece.front() & 0xC0, 0x80) << offset;
    }
    EXPECT_EQ(read_back(*items).job_details, version.job_details);
  }
}

TEST(DynamoItems, RefusesADocumentThatIsNone) {
  JobVersion version = version_of("press", 7);
  version.machine_details = "[1]";
  EXPECT_THAT(outcome(items_of(version, "w1")),
              AllOf(HasSubstr("version 7 of job press"), HasSubstr("machine-details")));
}

StoredHead full_head() {
  StoredHead stored{.head = head_of("press", 7, 100), .writes = {"w2", "w1"}, .intent = {}};
  stored.head.requested_version = 7;
  stored.head.destinations = {.to_stream = true, .to_topic = false};
  stored.intent = items_of(version_of("press", 7), "w2")->item;
  return stored;
}

TEST(DynamoItems, AHeadComesBackWithItsIntent) {
  const auto got = read_head(item_of(full_head()), kTable);
  ASSERT_EQ(outcome(got), kDone);
  EXPECT_EQ(got->writes, full_head().writes);
  EXPECT_EQ(got->intent, full_head().intent);
  EXPECT_EQ(got->head.destinations, full_head().head.destinations);
  EXPECT_EQ(got->head.requested_version, 7);
}

/// Every attribute taken away, and made something else, in turn: an error that names it, or one that may be missing.
template <class Read>
void damage_each(const Item& whole, const std::vector<std::string>& may_be_missing, const Read& read) {
  for (const auto& [name, value] : whole) {
    const std::string attribute{name};
    Item damaged = whole;
    damaged.erase(attribute);
    if (std::ranges::find(may_be_missing, attribute) == may_be_missing.end()) {
      EXPECT_THAT(outcome(read(damaged)), AllOf(HasSubstr("dynamodb:m2c2-jobs"), HasSubstr("attribute " + attribute)));
    }
    for (const char* wrong : {"null", "{}", R"({"S": 5})", R"({"N": "x"})", R"({"N": 1})", R"({"L": [{"S": {}}, 4]})",
                              R"({"M": 3})", R"({"BOOL": "yes"})", R"({"M": {"a": {"B": "eA=="}}})"}) {
      damaged[attribute] = json::parse(wrong);
      const std::string text = outcome(read(damaged));
      EXPECT_THAT(text, AllOf(HasSubstr("dynamodb:m2c2-jobs"), HasSubstr("attribute "))) << attribute << wrong;
      if (attribute != "jobid" && attribute != "version" && attribute != "intent") {
        EXPECT_THAT(text, AllOf(HasSubstr("press"), HasSubstr("attribute " + attribute)));
      }
    }
  }
}

TEST(DynamoItems, ADamagedVersionIsAnErrorThatNamesIt) {
  damage_each(items_of(version_of("press", 7), "w1")->item, {"write"},
              [](const Item& item) { return read_version(item, kTable); });
}

TEST(DynamoItems, ADamagedHeadIsAnErrorThatNamesIt) {
  damage_each(item_of(full_head()), {"requested_version", "to_stream", "to_topic", "intent"},
              [](const Item& item) { return read_head(item, kTable); });
}

TEST(DynamoItems, APartThatIsMissingOrDamagedIsAnErrorThatNamesIt) {
  const auto items = items_of(version_with(4'000), "w1");
  const auto joined = [&](const std::vector<Item>& parts) {
    auto stored = read_version(items->item, kTable);
    return outcome(join(*stored, items->item, parts, kTable));
  };
  std::vector<Item> parts = items->parts;
  parts.pop_back();
  EXPECT_THAT(joined(parts), AllOf(HasSubstr("attribute parts is 2, but there are 1"), HasSubstr("press#w1")));
  parts = items->parts;
  parts[1].erase("job_details");
  EXPECT_THAT(joined(parts), AllOf(HasSubstr("\"press#w1\" and version 2"), HasSubstr("attribute job_details")));
}

}  // namespace
}  // namespace m2c2::store::dynamodb
