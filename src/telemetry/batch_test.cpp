// Iterations become messages: the guide's members, a tag's entries in order, no message over the limit.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/batch.hpp"

#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <set>

namespace m2c2::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr WallTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

MessageShape slmp_shape(std::string_view tag) { return {{{"version", "1"}, {"tag", tag}}, "message"}; }

Samples iteration(std::initializer_list<Sample> values) { return {values, {}}; }

boost::json::object parsed(const Message& message) { return boost::json::parse(message.json).as_object(); }

std::vector<std::string> values_of(const Message& message) {
  std::vector<std::string> values;
  for (const auto& entry : parsed(message).at("message").as_array())
    values.push_back(boost::json::serialize(entry.at("value")));
  return values;
}

TEST(Batch, WritesAnSlmpMessageAsTheGuideHasIt) {
  Batch batch{{slmp_shape("speed")}};
  batch.add(iteration({{0, kStart, "17"}}));
  batch.add(iteration({{0, kStart + 1500ms, "[1,2]"}}));
  const auto messages = batch.flush(kStart + 2s);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].json, R"({"_id_":")" + messages[0].id +
                                  R"(","_timestamp_":"2026-03-01 00:00:02.000000","version":"1","tag":"speed",)"
                                  R"("message":[{"value":17,"timestamp":"2026-03-01 00:00:00.000000"},)"
                                  R"({"value":[1,2],"timestamp":"2026-03-01 00:00:01.500000"}]})");
}

TEST(Batch, TakesWhateverMembersTheProtocolDecides) {
  Batch batch{{MessageShape{{{"version", "1"},
                             {"site-name", "London \"South\""},
                             {"area", "floor\n1"},
                             {"process", "packaging"},
                             {"machine-name", "not \xFF utf-8"},
                             {"tag", "Random-Int2"},
                             {"alias", "London/floor 1/packaging/machine 1/Random-Int2"}},
                            "messages",
                            "London/floor 1/packaging/machine 1/Random-Int2"}}};
  const std::string detail = R"("quality":"Good","timestamp":"2021-02-19 01:25:26.827000+00:00")";
  batch.add(Samples{.values = {{0, kStart, "4", {0, detail.size()}}}, .faults = {}, .details = detail});
  const auto message = parsed(batch.flush(kStart).at(0));
  EXPECT_EQ(message.at("site-name").as_string(), "London \"South\"");
  EXPECT_EQ(message.at("area").as_string(), "floor\n1");
  EXPECT_EQ(message.at("machine-name").as_string(), "not \xEF\xBF\xBD utf-8");
  EXPECT_EQ(boost::json::serialize(message.at("messages")),
            R"([{"name":"London/floor 1/packaging/machine 1/Random-Int2","value":4,"quality":"Good",)"
            R"("timestamp":"2021-02-19 01:25:26.827000+00:00"}])");
}

TEST(Batch, KeepsTheOrderOfATagAndSkipsTagsThatGaveNothing) {
  Batch batch{{slmp_shape("a"), slmp_shape("b"), slmp_shape("silent"), slmp_shape("d")}};
  batch.add(iteration({{3, kStart, "1"}, {0, kStart, "10"}}));
  batch.add(iteration({{0, kStart + 1s, "11"}}));
  batch.add(iteration({{1, kStart + 2s, "true"}, {0, kStart + 2s, "12"}, {3, kStart + 2s, "2"}}));
  const auto messages = batch.flush(kStart + 2s);
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[0].tag, 0u);
  EXPECT_THAT(values_of(messages[0]), ElementsAre("10", "11", "12"));
  EXPECT_EQ(messages[1].tag, 1u);
  EXPECT_THAT(values_of(messages[1]), ElementsAre("true"));
  EXPECT_EQ(messages[2].tag, 3u);
  EXPECT_THAT(values_of(messages[2]), ElementsAre("1", "2"));
}

TEST(Batch, IsEmptyAfterAFlushAndIsUsedAgain) {
  Batch batch{{slmp_shape("a")}};
  EXPECT_TRUE(batch.empty());
  EXPECT_THAT(batch.flush(kStart), IsEmpty());
  batch.add(iteration({{0, kStart, "1"}}));
  EXPECT_FALSE(batch.empty());
  const auto first = batch.flush(kStart);
  EXPECT_TRUE(batch.empty());
  EXPECT_THAT(batch.flush(kStart), IsEmpty());
  batch.add(iteration({{0, kStart, "2"}}));
  const auto second = batch.flush(kStart);
  EXPECT_THAT(values_of(second.at(0)), ElementsAre("2"));
  EXPECT_NE(first[0].id, second[0].id);
}

TEST(Batch, CutsAMessageBetweenEntriesWhereItWouldPassTheLimit) {
  constexpr std::size_t kLimit = 500;
  Batch batch{{slmp_shape("long"), slmp_shape("short")}, kLimit};
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back(std::to_string(i));
    batch.add(iteration({{0, kStart, expected.back()}}));
  }
  batch.add(iteration({{1, kStart, "7"}}));
  std::vector<std::string> got;
  std::set<std::string> ids;
  const auto messages = batch.flush(kStart);
  for (const Message& message : messages) {
    EXPECT_LE(message.json.size(), kLimit);
    EXPECT_EQ(parsed(message).at("_id_").as_string(), message.id);
    ids.insert(message.id);
    if (message.tag == 0) std::ranges::copy(values_of(message), std::back_inserter(got));
  }
  EXPECT_EQ(got, expected);
  EXPECT_GT(messages.size(), 15u);
  EXPECT_THAT(ids, SizeIs(messages.size()));
  EXPECT_TRUE(batch.empty());
}

TEST(Batch, FillsAMessageToTheLastByteOfItsLimit) {
  const auto size_of_two = [](std::size_t limit) {
    Batch batch{{slmp_shape("a")}, limit};
    batch.add(iteration({{0, kStart, "1"}}));
    batch.add(iteration({{0, kStart, "22"}}));
    const auto messages = batch.flush(kStart);
    return std::pair{messages.size(), messages[0].json.size()};
  };
  const std::size_t whole = size_of_two(Batch::kMaxMessageBytes).second;
  EXPECT_EQ(size_of_two(whole), (std::pair{std::size_t{1}, whole}));
  EXPECT_EQ(size_of_two(whole - 1).first, 2u);
}

TEST(Batch, GivesAnEntryOverTheLimitAMessageOfItsOwn) {
  Batch batch{{slmp_shape("a")}, 300};
  const std::string huge = '"' + std::string(1000, 'x') + '"';
  batch.add(iteration({{0, kStart, "1"}}));
  batch.add(iteration({{0, kStart, huge}}));
  batch.add(iteration({{0, kStart, "3"}}));
  const auto messages = batch.flush(kStart);
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_THAT(values_of(messages[0]), ElementsAre("1"));
  EXPECT_THAT(values_of(messages[1]), ElementsAre(huge));
  EXPECT_THAT(values_of(messages[2]), ElementsAre("3"));
}

TEST(Batch, GivesItsMemoryBackAtTheFlush) {
  Batch batch{{slmp_shape("a"), slmp_shape("b")}};
  const std::string words(std::size_t{960} * 6, '1');
  const auto in_use = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
  const auto before = in_use();
  for (int i = 0; i < 30; ++i) batch.add(iteration({{0, kStart, words}, {1, kStart, words}}));
  batch.flush(kStart);
  EXPECT_LT(in_use(), before + 4096);
}

}  // namespace
}  // namespace m2c2::telemetry
