// SPDX-License-Identifier: Apache-2.0
#include "job/json.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

namespace m2c2::job {
namespace {

using testing::HasSubstr;

constexpr JsonLimits kLimits{.bytes = 1000, .depth = 4};

std::string fault_in(std::string_view text) {
  const auto document = read_json_object(text, kLimits);
  return document ? "" : document.error();
}

TEST(Json, SaysWhereATextBreaks) {
  EXPECT_THAT(fault_in("{\n  \"a\": 1,\n  }"), HasSubstr("syntax error at line 3, column 3"));
  EXPECT_THAT(fault_in("{} x"), HasSubstr("extra data at line 1, column 4"));
  EXPECT_THAT(fault_in("{\"a\": NaN}"), HasSubstr("syntax error"));
  EXPECT_THAT(fault_in("{\"a\": \"\xFF\"}"), HasSubstr("It is not JSON"));
  EXPECT_THAT(fault_in(""), HasSubstr("incomplete"));
}

TEST(Json, SaysWhatMayBeWrongThere) {
  for (const auto* slip : {R"({"a": 1 "b": 2})", R"({"a": 1, "b": 2,})", R"({"a: 1, "b": 2})", R"({"a": 1, b": 2})"})
    EXPECT_THAT(fault_in(slip), HasSubstr("; look for a comma or quote too many or missing just before it.")) << slip;
  EXPECT_THAT(fault_in(R"({"a": {"b": 2})"), HasSubstr("; close every bracket and quote."));
  EXPECT_THAT(fault_in(R"({"a": 1}})"), HasSubstr("; leave out what follows the object."));
  EXPECT_THAT(fault_in(R"({"a": [[[[1]]]]})"), HasSubstr("; nest brackets at most 4 deep."));
  EXPECT_THAT(fault_in("{\"a\": \"M\xFCnchen\"}"), HasSubstr("column 9; write it in UTF-8."));
  for (const auto* none : {"", " \n", "deploy"})
    EXPECT_THAT(fault_in(none), HasSubstr("; send one JSON object.")) << none;
}

TEST(Json, MayHaveAByteOrderMark) {
  EXPECT_EQ(to_json(*read_json_object("\xEF\xBB\xBF{\"a\":1}", kLimits)), R"({"a":1})");
  EXPECT_THAT(fault_in("\xEF\xBB\xBF{1}"), HasSubstr("line 1, column 2"));
  EXPECT_THAT(fault_in("\xEF\xBB\xBF\xEF\xBB\xBF{}"), HasSubstr("syntax error"));
  EXPECT_THAT(fault_in(std::string_view{"\xFF\xFE{\0}\0", 6}), HasSubstr("save it as UTF-8"));
}

TEST(Json, IsOneObject) {
  EXPECT_THAT(fault_in("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(fault_in("5"), HasSubstr("no JSON object"));
  EXPECT_EQ(fault_in(" {} \n"), "");
}

TEST(Json, HasLimits) {
  EXPECT_EQ(fault_in(R"({"a":{"a":{"a":{}}}})"), "");
  EXPECT_THAT(fault_in(R"({"a":{"a":{"a":{"a":{}}}}})"), HasSubstr("too deep"));
  EXPECT_THAT(fault_in(std::string(1001, ' ')), HasSubstr("1001 bytes long; send at most 1000"));
}

TEST(Json, KeepsOfTwoMembersTheLast) {
  EXPECT_EQ(to_json(*read_json_object(R"({"a":1,"a":2})", kLimits)), R"({"a":2})");
}

TEST(Json, IsWrittenAsItWasRead) {
  constexpr auto kText =
      R"({"z":[],"a":{},"b":[1,-2,18446744073709551615,0.5,1.25,true,false,null],"c":{"d":"\"\\\n é"}})";
  EXPECT_EQ(to_json(boost::json::parse(kText)), kText);
}

TEST(Json, HasNoInfinities) { EXPECT_EQ(to_json(boost::json::parse("[1e400,-1e400]")), R"(["Infinity","-Infinity"])"); }

}  // namespace
}  // namespace m2c2::job
