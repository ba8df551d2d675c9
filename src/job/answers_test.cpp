// SPDX-License-Identifier: Apache-2.0
#include "job/answers.hpp"

#include <gmock/gmock.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace m2c2::job {
namespace {

using testing::MatchesRegex;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2021} / 2 / 19} + std::chrono::microseconds{891'876}};

const Definition kSlmp{.machine = "machine 1"};
const Definition kOpcda{
    .site = "London", .area = "floor 1", .process = "packaging", .machine = "machine 1", .protocol = OpcdaJob{}};

TEST(BuilderAnswer, IsOnTheJobsTopic) {
  const Answer answer = builder_answer(Severity::info, "machine1", 2, texts::deployed);
  EXPECT_EQ(answer.topic, "m2c2/job/machine1/info");
  EXPECT_EQ(answer.payload,
            R"({"job-name":"machine1","version":"2","message":"Job successfully created. Deploying the )"
            R"(Greengrass group to the edge device."})");
}

TEST(BuilderAnswer, IsOnTheCommonTopicWhenTheJobIsUnknown) {
  const Answer answer = builder_answer(Severity::error, "", {}, "Unsupported protocol function.");
  EXPECT_EQ(answer.topic, "m2c2/job/error");
  EXPECT_EQ(answer.payload, R"({"message":"Unsupported protocol function."})");
  EXPECT_EQ(builder_answer(Severity::info, "", {}, "x").topic, "m2c2/job/info");
  EXPECT_EQ(builder_answer(Severity::error, "a", {}, "x").topic, "m2c2/job/a/error");
}

TEST(ConnectorAnswer, OfSlmpIsShort) {
  const Answer answer = connector_answer(Severity::info, "machine1", 1, kSlmp, kNow, texts::started);
  EXPECT_EQ(answer.topic, "m2c2/job/machine1/info");
  EXPECT_THAT(answer.payload, MatchesRegex(R"(\{"_id_":"[0-9a-f-]{36}","_timestamp_":"2021-02-19 00:00:00.891876",)"
                                           R"("version":"1","message":"Job started."\})"));
}

TEST(ConnectorAnswer, OfOpcdaSaysWhereTheMachineStands) {
  const Answer answer = connector_answer(Severity::error, "machine1", 1, kOpcda, kNow,
                                         texts::machine_unreachable(kOpcda), "connection refused");
  EXPECT_EQ(answer.topic, "m2c2/job/machine1/London/floor 1/packaging/machine 1/error");
  EXPECT_THAT(answer.payload,
              MatchesRegex(R"(\{"_id_":"[0-9a-f-]{36}","_timestamp_":"2021-02-19 00:00:00.891876","version":"1",)"
                           R"("site-name":"London","area":"floor 1","process":"packaging","machine-name":"machine 1",)"
                           R"("message":"Unable to connect to the server.","reason":"connection refused"\})"));
}

TEST(ConnectorAnswer, MayCarryADocument) {
  const auto message = boost::json::parse(R"({"job":{"machine-query-time-interval":0.5}})");
  EXPECT_THAT(connector_answer(Severity::info, "machine1", 1, kSlmp, kNow, message).payload,
              testing::HasSubstr(R"("message":{"job":{"machine-query-time-interval":0.5}})"));
}

TEST(Texts, AreTheGuidesOfEachProtocol) {
  EXPECT_EQ(texts::already_started("j", kSlmp), "Job already started.");
  EXPECT_EQ(texts::already_started("j", kOpcda),
            "A version of the requested 'j' is already running. Please stop it before starting it again.");
  EXPECT_EQ(texts::already_stopped("j", kSlmp), "Job already stopped.");
  EXPECT_EQ(texts::already_stopped("j", kOpcda), "Job 'j' has already been stopped.");
  EXPECT_EQ(texts::not_started("j"), "Request was not successful. Job 'j' has not been started.");
  EXPECT_EQ(texts::unique_entry("j", "2"), "A unique database entry must exist for Job j version 2.");
  EXPECT_EQ(texts::machine_unreachable(kSlmp), "Fail to connect to server.");
  EXPECT_EQ(texts::machine_unreachable(kOpcda), "Unable to connect to the server.");
  EXPECT_EQ(texts::machine_lost(kSlmp, "reset"), "Loss of communication with server.");
  EXPECT_EQ(texts::machine_lost(kOpcda, "reset"), "Unable to read server: reset");
  EXPECT_EQ(texts::push_failed(kSlmp, "reset"), "Fail to connect to server.");
  EXPECT_EQ(texts::push_failed(kOpcda, "reset"), "Failed to retrieve available server(s): reset");
  EXPECT_EQ(texts::machine_back(kSlmp), "Communication with server restored.");
}

}  // namespace
}  // namespace m2c2::job
