// Push and pull: the machine asked beside the running job, the local request given back.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_test.hpp"

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PushTest : public testing::GatewayTest {
 protected:
  std::string reason() {
    const std::string payload = plant_.sent.back().payload;
    return std::string{boost::json::parse(payload).at("reason").as_string()};
  }
};
using PullTest = testing::GatewayTest;

TEST_F(PushTest, SaysThatTheMachineAnswers) {
  push({.version = 4});
  EXPECT_THAT(plant_.told(), ElementsAre("info 4: Successfully connected to server."));
  EXPECT_EQ(plc_.connectors, 0);
  EXPECT_EQ(plc_.goodbyes, 1);
}

TEST_F(PushTest, SaysThatItDoesNotAndWhy) {
  plc_.usual_probe.fail("192.168.3.250:5548 refuses the connection: the port is not open, or taken by another");
  push();
  EXPECT_THAT(reason(), HasSubstr("the port is not open"));
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Fail to connect to server."));
}

TEST_F(PushTest, GivesASilentMachineTenSeconds) {
  plc_.usual_probe.stay_silent();
  push();
  plant_.advance(9s);
  EXPECT_THAT(plant_.told(), IsEmpty());
  plant_.advance(1s);
  EXPECT_THAT(reason(), HasSubstr("no answer within 10s"));
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Fail to connect to server."));
  EXPECT_EQ(plc_.connectors, 0);
}

TEST_F(PushTest, LeavesAConnectorTheTimeToSayWhyItself) {
  plc_.patience = 16s;
  plc_.usual_probe.after(16s).fail("nothing came for 11 s. Likely causes: …");
  push();
  plant_.advance(15s);
  EXPECT_THAT(plant_.told(), IsEmpty());
  plant_.advance(1s);
  EXPECT_THAT(reason(), HasSubstr("Likely causes"));

  plc_.usual_probe.stay_silent();
  push();
  plant_.advance(17s);
  EXPECT_THAT(reason(), HasSubstr("no answer within 17s"));
}

TEST_F(PushTest, LeavesNoConnectorThePlaceOfOthersForLong) {
  plc_.patience = 4h;
  plc_.usual_probe.stay_silent();
  push();
  plant_.advance(5min - 1s);
  EXPECT_THAT(plant_.told(), IsEmpty());
  plant_.advance(1s);
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Fail to connect to server."));
  EXPECT_EQ(plc_.connectors, 0);
}

TEST_F(PushTest, DisturbsNoRunningJob) {
  want({});
  plc_.usual_probe.stay_silent();
  for (int i = 0; i < 20; ++i) {
    push();
    plant_.advance(1s);
  }
  EXPECT_THAT(plc_.polled, SizeIs(21));
  EXPECT_EQ(plc_.opened.size(), 1u);
  EXPECT_EQ(gateway_->status().polls_missed, 0u);
}

TEST_F(PushTest, AnswersEachOfAFloodWithFewConnections) {
  plc_.usual_probe.after(1s);
  for (int i = 0; i < 1500; ++i) push({.job = "job" + std::to_string(i)});
  EXPECT_EQ(plc_.connectors, 32);
  EXPECT_THAT(plant_.told("job1499"), ElementsAre("error 1: Fail to connect to server."));
  plant_.advance(1min);
  EXPECT_THAT(plant_.told("job0"), ElementsAre("info 1: Successfully connected to server."));
  EXPECT_THAT(plant_.told("job1031"), ElementsAre("info 1: Successfully connected to server."));
  EXPECT_EQ(plc_.connectors, 0);
  status();
  EXPECT_THAT(plant_.sent, SizeIs(1500 - 3));
}

TEST_F(PushTest, SaysThatThereIsNoConnector) {
  push({.protocol = "opcda"});
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Unsupported protocol connectivity."));
}

TEST_F(PushTest, EndsWithTheGateway) {
  plc_.usual_probe.stay_silent();
  push();
  gateway_->stop_all([] {});
  plant_.settle();
  EXPECT_EQ(plc_.connectors, 0);
  EXPECT_THAT(plant_.told(), IsEmpty());
}

TEST_F(PushTest, SaysGoodbyeBeforeTheGatewayEnds) {
  plc_.usual_probe.stay_silent();
  plc_.usual_leave.after(400ms);
  push();
  push({.job = "job2"});
  bool done = false;
  gateway_->stop_all([&done] { done = true; });
  plant_.advance(399ms);
  EXPECT_FALSE(done);
  plant_.advance(1ms);
  EXPECT_TRUE(done);
  EXPECT_EQ(plc_.goodbyes, 2);
}

TEST_F(PullTest, GivesTheLocalRequestBack) {
  plant_.advance(90s);
  const testing::Sketch deploy{.version = 2, .interval = 0.5};
  want(deploy);
  plant_.told();
  plant_.advance(1min);
  pull("job1");
  const auto answer = boost::json::parse(plant_.sent.back().payload).as_object();
  EXPECT_EQ(plant_.sent.back().topic, "m2c2/job/job1/info");
  EXPECT_EQ(answer.at("version"), "2");
  boost::json::object request = testing::request_of(deploy);
  request["job"].as_object()["_last-update-timestamp_"] = "2026-01-01 00:01:30.000000";
  EXPECT_EQ(answer.at("message").as_object(), request);

  boot();
  pull("job1");
  EXPECT_EQ(boost::json::parse(plant_.sent.back().payload).at("message").as_object(), request) << "after a restart too";
}

TEST_F(PullTest, SaysThatTheJobWasNeverStarted) {
  pull("job1");
  EXPECT_EQ(plant_.sent.back().topic, "m2c2/job/job1/error");
  EXPECT_THAT(plant_.told(), ElementsAre("error: Request was not successful. Job 'job1' has not been started."));
}

}  // namespace
}  // namespace m2c2::gateway
