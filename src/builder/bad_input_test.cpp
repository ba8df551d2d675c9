// What must never be stored, sent or fatal: requests and statuses from people who err, and people who mean harm.
// SPDX-License-Identifier: Apache-2.0
#include "builder/status.hpp"
#include "builder/world_test.hpp"

namespace m2c2::builder {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class BuilderBadRequest : public World {
 protected:
  /// One error answer, nothing stored, nothing for any gateway.
  std::string refusal_of(const std::string& text) {
    const auto heard = operator_publishes(text);
    EXPECT_EQ(heard.size(), 1U);
    EXPECT_TRUE(retained_.empty());
    EXPECT_EQ(jobs(), 0U);
    return heard.empty() ? "" : heard.front();
  }
};

TEST_F(BuilderBadRequest, WhatIsNoJobIsAnsweredWhereAllAreHeard) {
  for (const std::string& text : {std::string{"hello"}, std::string{"{"}, std::string{"[]"}, std::string{"7"},
                                  std::string{"{}"}, std::string{R"({"job": []})"}, std::string{"\xFF\xFE{\"job\":1}"},
                                  std::string{"\0", 1}, slmp_request("deploy", "press") + "x"})
    EXPECT_THAT(refusal_of(text), StartsWith("m2c2/job/error -: ")) << text;
}

TEST_F(BuilderBadRequest, AByteOrderMarkIsNoFault) {
  EXPECT_THAT(operator_publishes("\xEF\xBB\xBF" + slmp_request("deploy", "press")), testing::SizeIs(3));
  EXPECT_TRUE(stored("press", 1));
}

TEST_F(BuilderBadRequest, TwentyMegabytesAreRefusedUnread) {
  for (const char filling : {' ', '['}) {
    std::string text;
    text.resize(20'000'000, filling);
    EXPECT_THAT(refusal_of(text), AllOf(StartsWith("m2c2/job/error -: "), HasSubstr("20000000 bytes")));
  }
}

TEST_F(BuilderBadRequest, AHundredThousandBracketsAreRefused) {
  EXPECT_THAT(refusal_of(std::string(100'000, '[')), StartsWith("m2c2/job/error -: "));
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(refusal_of(slmp_request("deploy", "press", "1", R"("more": )" + deep + ",")),
              StartsWith("m2c2/job/error -: "));
}

TEST_F(BuilderBadRequest, ARequestThatGrowsOverTheLimitIsNotStored) {
  const std::string request =
      slmp_request("deploy", "press", "1", R"("more": ")" + std::string(1'000'000, '\x7F') + "\",");
  EXPECT_THAT(refusal_of(request),
              AllOf(StartsWith("m2c2/job/press/error 1: Submitted JSON does not meet minimum requirements."),
                    HasSubstr("send at most 4194304")));
}

TEST_F(BuilderBadRequest, NamesThatLeaveTheirTopicOrFolderAreRefused) {
  for (const std::string& name :
       {std::string{"../../x"}, std::string{"a/b"}, std::string{"#"}, std::string{"+"}, std::string{""},
        std::string{".."}, std::string{"request"}, std::string{"info"}, std::string{"error"}, std::string(5'000, 'x'),
        std::string{R"(a\u0000b)"}, std::string{R"(a\nb)"}, std::string{R"(a\\b)"}, std::string{"\xC0\xAF"}})
    for (const auto* control : {"deploy", "start", "pull"}) {
      const std::string text =
          control == std::string_view{"deploy"} ? slmp_request(control, name, "1") : plain_request(control, {name});
      EXPECT_THAT(refusal_of(text), StartsWith("m2c2/job/error ")) << control << ' ' << name;
    }
}

TEST_F(BuilderBadRequest, AGroupThatLeavesItsTopicIsRefused) {
  for (const auto* group : {"#", "a/b", "+", "../x"})
    EXPECT_THAT(refusal_of(slmp_request("deploy", "press", "1", fmt::format(R"("gg-group-id": "{}",)", group))),
                AllOf(StartsWith("m2c2/job/press/error 1: "), HasSubstr("gg-group-id")));
}

TEST_F(BuilderBadRequest, AllProblemsAreToldAtOnceOnTheJobsTopic) {
  std::string request = slmp_request("deploy", "press", "1");
  request.replace(request.find("5007"), 4, "99999");
  request.replace(request.find("\"0001\""), 6, "\"ZZ\"");
  EXPECT_THAT(refusal_of(request),
              AllOf(StartsWith("m2c2/job/press/error 1: "), HasSubstr("port-number"), HasSubstr("number-of-points")));
}

TEST_F(BuilderBadRequest, AnUnknownControlIsRefusedInTheOriginalsWords) {
  EXPECT_THAT(refusal_of(plain_request("destroy", {"press@1"})),
              StartsWith("m2c2/job/press/error 1: Unknown control request: destroy"));
}

TEST_F(BuilderBadRequest, SeveralPropertiesInADeployAreRefused) {
  EXPECT_THAT(refusal_of(plain_request("deploy", {"press", "oven"})),
              AllOf(StartsWith("m2c2/job/error -: "),
                    HasSubstr("Invalid number of properties (2). Unable to execute deploy control.")));
}

TEST_F(BuilderBadRequest, LeavesOtherJobsAsTheyWere) {
  operator_publishes(slmp_request("deploy", "oven", "1"));
  const auto before = retained_;
  for (const std::string& text :
       {std::string{"x"}, plain_request("stop", {"../oven"}), plain_request("stop", {"oven", ""}),
        slmp_request("update", "oven", "0"), slmp_request("update", "oven", "-1"),
        slmp_request("update", "oven", "99999999999999999999")})
    EXPECT_THAT(operator_publishes(text), Each(HasSubstr("/error "))) << text;
  EXPECT_EQ(retained_, before);
  EXPECT_EQ(head("oven").latest, 1);
}

TEST_F(BuilderBadRequest, ARetainedRequestIsNotCarriedOut) {
  mqtt::Received retained = request(slmp_request("deploy", "press", "1"));
  retained.retained = true;
  EXPECT_THAT(hear([&] { builder_.on_request(retained); }),
              ElementsAre(AllOf(StartsWith("m2c2/job/error -: The request is retained on the broker"),
                                HasSubstr("Clear it by publishing an empty retained message to m2c2/job/request"))));
  EXPECT_EQ(jobs(), 0U);
}

TEST_F(BuilderBadRequest, ClearingARetainedRequestIsNoRequest) {
  mqtt::Received cleared = request("");
  cleared.retained = true;
  EXPECT_THAT(hear([&] { builder_.on_request(cleared); }), IsEmpty());
  EXPECT_THAT(refusal_of(""), StartsWith("m2c2/job/error -: The request is empty, so nothing was done"))
      << "live, it cannot be told from an empty request";
}

// Statuses

class BuilderStatus : public World {
 protected:
  BuilderStatus() {
    operator_publishes(slmp_request("deploy", "press", "1"));
    operator_publishes(slmp_request("deploy", "oven", "1", R"("gg-group-id": "factory-2",)"));
  }
};

TEST_F(BuilderStatus, AGatewayThatHasAJobOfAnotherGroupIsTold) {
  EXPECT_THAT(gateway_reports("factory-1", R"({"state": "online", "jobs": ["press", "oven", "lathe"]})"),
              ElementsAre("m2c2/group/factory-1/job/oven is cleared"))
      << "its own job, and one that no builder knows, are left alone";
  EXPECT_THAT(retained_, testing::SizeIs(2));
}

TEST_F(BuilderStatus, AGatewayWithoutJobsIsLeftAlone) {
  for (const auto* status : {"", "{}", R"({"state": "offline"})", R"({"jobs": []})"})
    EXPECT_THAT(gateway_reports("factory-1", status), IsEmpty()) << status;
  EXPECT_EQ(builder_.counters().bad_statuses, 0U);
}

TEST_F(BuilderStatus, AnOddStatusIsCountedAndIgnored) {
  std::string many = R"({"jobs": ["oven")";
  for (std::size_t i = 0; i < kMostStatusJobs; ++i) many += R"(,"oven")";
  const std::vector<std::string> odd{"x",
                                     "[\"oven\"]",
                                     R"({"jobs": "oven"})",
                                     R"({"jobs": {"oven": 1}})",
                                     R"({"jobs": ["oven", 7]})",
                                     R"({"jobs": ["oven", "../x"]})",
                                     R"({"jobs": ["oven", "#"]})",
                                     R"({"jobs": ["oven", ""]})",
                                     R"({"jobs": ["oven", "a\u0000"]})",
                                     R"({"jobs": ["oven", [[]]]})",
                                     many + "]}",
                                     R"({"jobs": ["oven"], "x": ")" + std::string(kMostStatusBytes, 'x') + "\"}",
                                     R"({"jobs": ["oven"], "x": )" + std::string(100'000, '[')};
  for (const std::string& status : odd)
    EXPECT_THAT(gateway_reports("factory-1", status), IsEmpty()) << status.substr(0, 40);
  EXPECT_EQ(builder_.counters().bad_statuses, odd.size());
}

TEST_F(BuilderStatus, OnAnotherTopicItIsNoStatus) {
  const auto report_on = [&](std::string topic) {
    return hear([&] { builder_.on_status({.topic = std::move(topic), .payload = R"({"jobs": ["oven"]})"}); });
  };
  for (const auto* topic : {"", "m2c2/group//status", "m2c2/group/+/status", "m2c2/group/#/status",
                            "m2c2/group/a/b/status", "m2c2/group/status", "m2c2/job/oven/info"})
    EXPECT_THAT(report_on(topic), IsEmpty()) << topic;
}

}  // namespace
}  // namespace m2c2::builder
