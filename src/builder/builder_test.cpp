// The six controls, as a dialogue between operator, builder and the gateways' topics.
// SPDX-License-Identifier: Apache-2.0
#include "builder/world_test.hpp"
#include "job/edited_sample.hpp"

namespace m2c2::builder {
namespace {

using testing::ElementsAre;

const std::string kDeployed = "Job successfully created. Deploying the Greengrass group to the edge device.";

class BuilderControls : public World {};

TEST_F(BuilderControls, TheGuidesSamplesAreUnderstoodAsTheyStand) {
  const auto sample = [](const char* name) { return job::sample_text(name); };
  EXPECT_THAT(operator_publishes(sample("opcda-deploy")),
              ElementsAre("m2c2/job/job-machine1/info 1: " + kDeployed,
                          "m2c2/group/factory-1/job/job-machine1: version 1 running, by deploy of 1",
                          "m2c2/job/job-machine1/submit: deploy 1"));
  EXPECT_THAT(operator_publishes(sample("push")),
              ElementsAre("m2c2/group/factory-1/submit: push job-machine1 1 with its request",
                          "m2c2/job/job-machine1/submit: push 1"));
  EXPECT_THAT(operator_publishes(sample("start")),
              ElementsAre("m2c2/group/factory-1/job/job-machine1: version 1 running, by start of 1",
                          "m2c2/job/job-machine1/submit: start 1"));
  EXPECT_THAT(operator_publishes(sample("stop")),
              ElementsAre("m2c2/group/factory-1/job/job-machine1: version 1 stopped, by stop of 1",
                          "m2c2/job/job-machine1/submit: stop 1"));
  EXPECT_THAT(operator_publishes(sample("opcda-update")),
              ElementsAre("m2c2/group/factory-1/job/job-machine1: version 2 running, by update of 2",
                          "m2c2/job/job-machine1/submit: update 2"));
  EXPECT_THAT(operator_publishes(sample("pull")),
              ElementsAre("m2c2/group/factory-1/submit: pull job-machine1 0", "m2c2/job/job-machine1/submit: pull 2"));
  EXPECT_THAT(operator_publishes(sample("slmp-ascii-deploy")),
              ElementsAre("m2c2/job/machine1/info 1: " + kDeployed,
                          "m2c2/group/factory-1/job/machine1: version 1 running, by deploy of 1",
                          "m2c2/job/machine1/submit: deploy 1"));
  EXPECT_THAT(operator_publishes(sample("slmp-binary-deploy")),
              ElementsAre("m2c2/job/temp/info 1: " + kDeployed,
                          "m2c2/group/factory-1/job/temp: version 1 running, by deploy of 1",
                          "m2c2/job/temp/submit: deploy 1"));
}

// deploy

TEST_F(BuilderControls, DeployOfANewJobIsStoredAnsweredAndSent) {
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press", "1")),
              ElementsAre("m2c2/job/press/info 1: " + kDeployed,
                          "m2c2/group/factory-1/job/press: version 1 running, by deploy of 1",
                          "m2c2/job/press/submit: deploy 1"));
  EXPECT_TRUE(stored("press", 1));
  EXPECT_EQ(head("press").revision, clock_.now.time_since_epoch().count());
}

TEST_F(BuilderControls, DeployWithoutAVersionTakesTheNext) {
  EXPECT_THAT(
      operator_publishes(slmp_request("deploy", "press")),
      ElementsAre("m2c2/job/press/info 1: " + kDeployed, "m2c2/group/factory-1/job/press: version 1 running, by deploy",
                  "m2c2/job/press/submit: deploy 1"));
  operator_publishes(slmp_request("deploy", "press", "7"));
  EXPECT_THAT(
      operator_publishes(slmp_request("deploy", "press")),
      ElementsAre("m2c2/job/press/info 8: " + kDeployed, "m2c2/group/factory-1/job/press: version 8 running, by deploy",
                  "m2c2/job/press/submit: deploy 8"));
  EXPECT_TRUE(stored("press", 1));
  EXPECT_TRUE(stored("press", 7));
}

TEST_F(BuilderControls, AVersionMustBeAboveEveryStoredOne) {
  operator_publishes(slmp_request("deploy", "press", "5"));
  for (const auto* version : {"5", "4", "1"})
    EXPECT_THAT(operator_publishes(slmp_request("deploy", "press", version)),
                ElementsAre(fmt::format("m2c2/job/press/error {0}: A unique database entry must exist for Job press "
                                        "version {0}.",
                                        version)));
  EXPECT_EQ(head("press").latest, 5);
  EXPECT_FALSE(stored("press", 4));
  EXPECT_EQ(builder_.counters().refused, 3U);
}

TEST_F(BuilderControls, AVersionThatIsNotUniqueIsExplained) {
  const auto reason_of = [&](const std::string& request) {
    operator_publishes(request);
    return reason();
  };
  EXPECT_EQ(reason_of(slmp_request("deploy", "press", "5")), "");
  EXPECT_EQ(reason_of(slmp_request("deploy", "press", "5")),
            "version 5 is stored already: leave properties[].version out, or give 6, the next one");
  EXPECT_EQ(reason_of(slmp_request("update", "press", "2")),
            "its latest version is 5, and only a later one is new: leave properties[].version out, or give 6, the next "
            "one");
  for (const auto* control : {"start", "stop", "push", "pull"})
    EXPECT_EQ(reason_of(plain_request(control, {"press@7"})),
              "version 7 is not stored, its latest version is 5: leave properties[].version out, or give 5")
        << control;
  operator_publishes(slmp_request("deploy", "press", "9007199254740991"));
  EXPECT_EQ(reason_of(slmp_request("deploy", "press")),
            "version 9007199254740991, the last that there can be, is stored: deploy the job by another name");
}

TEST_F(BuilderControls, AJobThatIsNotStoredIsExplained) {
  const auto unknown = "no job of that name is stored: deploy it first";
  for (const std::string& request :
       {slmp_request("update", "pres"), plain_request("start", {"pres"}), plain_request("pull", {"pres@2"})}) {
    operator_publishes(request);
    EXPECT_EQ(reason(), unknown) << request;
  }
  operator_publishes(slmp_request("deploy", "press-1"));
  Builder builder{*store_, clock_, {.default_group = "factory-1"}, [this](const mqtt::Message& m) { deliver(m); }};
  builder.republish();
  for (Builder* each : {&builder_, &builder}) {
    each->on_request(request(plain_request("start", {"pres-1"})));
    EXPECT_EQ(reason(), std::string{unknown} + "; did you mean press-1?");
    each->on_request(request(plain_request("start", {"oven"})));
    EXPECT_EQ(reason(), unknown);
  }
}

TEST_F(BuilderControls, TheLastVersionOfAllHasNoNext) {
  operator_publishes(slmp_request("deploy", "press", "9007199254740991"));
  EXPECT_THAT(operator_publishes(slmp_request("update", "press")),
              ElementsAre("m2c2/job/press/error -: A unique database entry must exist for Job press version "
                          "9007199254740992."));
}

TEST_F(BuilderControls, TheRowHasTheOriginalsColumns) {
  operator_publishes(slmp_request("deploy", "press"));
  const store::JobVersion row = **store_->version("press", 1);
  EXPECT_EQ(row.control, "deploy");
  EXPECT_EQ(row.group, "factory-1");
  EXPECT_EQ(row.site, "Herndon");
  EXPECT_EQ(row.area, "not specified");
  EXPECT_EQ(row.process, "packaging");
  EXPECT_EQ(row.machine, "machine 1");
  EXPECT_EQ(row.protocol, "slmp");
  EXPECT_EQ(row.address, "192.0.2.1");
  EXPECT_EQ(row.iterations, 3);
  EXPECT_EQ(row.interval, 0.5);
  EXPECT_EQ(row.timestamp, "2026-01-01 00:00:00.000000");
  const auto details = boost::json::parse(row.machine_details).as_object();
  EXPECT_EQ(boost::json::parse(row.data_parameters), details.at("data-parameters"));
  const auto request = boost::json::parse(row.job_details).at("job").as_object();
  EXPECT_EQ(request.at("machine-details"), details);
  EXPECT_EQ(request.at("gg-group-id"), "factory-1");
  EXPECT_EQ(request.at("properties"), boost::json::parse(R"([{"name": "press", "version": "1"}])"));
  EXPECT_EQ(retained("factory-1", "press").request, boost::json::parse(row.job_details));
}

TEST_F(BuilderControls, AJobGoesToItsGroup) {
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)")),
              ElementsAre("m2c2/job/press/info 1: " + kDeployed,
                          "m2c2/group/factory-2/job/press: version 1 running, by deploy of 1",
                          "m2c2/job/press/submit: deploy 1"));
}

TEST_F(BuilderControls, AJobThatChangesGroupsLeavesTheOldOneFirst) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)"));
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press", "2", R"("gg-group-id": "factory-3",)")),
              ElementsAre("m2c2/job/press/info 2: " + kDeployed, "m2c2/group/factory-2/job/press is cleared",
                          "m2c2/group/factory-3/job/press: version 2 running, by deploy of 2",
                          "m2c2/job/press/submit: deploy 2"));
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press", "3")),
              ElementsAre("m2c2/job/press/info 3: " + kDeployed, "m2c2/group/factory-3/job/press is cleared",
                          "m2c2/group/factory-1/job/press: version 3 running, by deploy of 3",
                          "m2c2/job/press/submit: deploy 3"));
}

TEST_F(BuilderControls, WithoutADefaultGroupADeployMustNameOne) {
  Builder builder{*store_, clock_, {}, [this](const mqtt::Message& m) { deliver(m); }};
  EXPECT_THAT(
      hear([&] { builder.on_request(request(slmp_request("deploy", "press", "1"))); }),
      ElementsAre(testing::StartsWith("m2c2/job/press/error 1: Parameter gg-group-id not found in job request.")));
  EXPECT_EQ(jobs(), 0U);
}

TEST_F(BuilderControls, ARevisionGrowsThoughTheClockStandsStillOrGoesBack) {
  operator_publishes(slmp_request("deploy", "press"));
  const std::int64_t first = head("press").revision;
  operator_publishes(slmp_request("deploy", "press"));
  EXPECT_EQ(head("press").revision, first + 1);
  clock_.now -= std::chrono::hours{24};
  operator_publishes(plain_request("stop", {"press"}));
  EXPECT_EQ(head("press").revision, first + 2);
  clock_.now += std::chrono::hours{25};
  operator_publishes(plain_request("stop", {"press"}));
  EXPECT_EQ(head("press").revision, clock_.now.time_since_epoch().count());
  EXPECT_EQ(retained("factory-1", "press").revision, head("press").revision);
}

// update

TEST_F(BuilderControls, UpdateIsSentAndAnsweredByTheGatewayAlone) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  EXPECT_THAT(operator_publishes(slmp_request("update", "press", "2")),
              ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by update of 2",
                          "m2c2/job/press/submit: update 2"));
  EXPECT_EQ((*store_->version("press", 2))->control, "update");
}

TEST_F(BuilderControls, UpdateOfAnUnknownJobIsRefused) {
  EXPECT_THAT(operator_publishes(slmp_request("update", "press", "2")),
              ElementsAre("m2c2/job/press/error 2: A unique database entry must exist for Job press version 2."));
  EXPECT_THAT(operator_publishes(slmp_request("update", "press")),
              ElementsAre("m2c2/job/press/error -: A unique database entry must exist for Job press version 1."));
  EXPECT_EQ(jobs(), 0U);
}

TEST_F(BuilderControls, UpdateToATakenVersionIsRefused) {
  operator_publishes(slmp_request("deploy", "press", "2"));
  EXPECT_THAT(operator_publishes(slmp_request("update", "press", "2")),
              ElementsAre("m2c2/job/press/error 2: A unique database entry must exist for Job press version 2."));
}

TEST_F(BuilderControls, UpdateKeepsTheGroupUnlessItNamesAnother) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)"));
  EXPECT_THAT(
      operator_publishes(slmp_request("update", "press")),
      ElementsAre("m2c2/group/factory-2/job/press: version 2 running, by update", "m2c2/job/press/submit: update 2"));
  EXPECT_THAT(
      operator_publishes(slmp_request("update", "press", "", R"("gg-group-id": "factory-3",)")),
      ElementsAre("m2c2/group/factory-2/job/press is cleared",
                  "m2c2/group/factory-3/job/press: version 3 running, by update", "m2c2/job/press/submit: update 3"));
}

TEST_F(BuilderControls, UpdateStartsAStoppedJob) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(plain_request("stop", {"press"}));
  EXPECT_THAT(operator_publishes(slmp_request("update", "press", "2")),
              ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by update of 2",
                          "m2c2/job/press/submit: update 2"));
}

// start

TEST_F(BuilderControls, StartOfAnUnknownJobOrVersionIsRefused) {
  EXPECT_THAT(operator_publishes(plain_request("start", {"press"})),
              ElementsAre("m2c2/job/press/error -: A unique database entry must exist for Job press version 1."));
  operator_publishes(slmp_request("deploy", "press", "1"));
  EXPECT_THAT(operator_publishes(plain_request("start", {"press@2"})),
              ElementsAre("m2c2/job/press/error 2: A unique database entry must exist for Job press version 2."));
  EXPECT_EQ(head("press").control, job::Control::deploy) << "nothing has changed";
}

TEST_F(BuilderControls, StartWithoutAVersionStartsTheLatest) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "press", "2"));
  operator_publishes(plain_request("start", {"press@1"}));
  EXPECT_THAT(
      operator_publishes(plain_request("start", {"press"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by start", "m2c2/job/press/submit: start 2"));
}

TEST_F(BuilderControls, StartOfAnEarlierVersionBringsItsOwnDefinition) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  std::string second = slmp_request("deploy", "press", "2");
  second.replace(second.find("192.0.2.1"), 9, "192.0.2.2");
  operator_publishes(second);
  EXPECT_THAT(operator_publishes(plain_request("start", {"press@1"})),
              ElementsAre("m2c2/group/factory-1/job/press: version 1 running, by start of 1",
                          "m2c2/job/press/submit: start 1"));
  EXPECT_THAT(job::to_json(retained("factory-1", "press").request), testing::HasSubstr("192.0.2.1"));
  EXPECT_EQ(head("press").latest, 2);
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press")).front(), "m2c2/job/press/info 3: " + kDeployed)
      << "versions are counted on from the highest stored";
}

TEST_F(BuilderControls, StartDecidesWhereTelemetryGoes) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("send-data-to-iot-topic": true,)"));
  EXPECT_EQ(retained("factory-1", "press").destinations, (job::Destinations{std::nullopt, true}));
  operator_publishes(plain_request("start", {"press"}, R"("send-data-to-kinesis-stream": true,)"));
  EXPECT_EQ(retained("factory-1", "press").destinations, (job::Destinations{true, true}));
  operator_publishes(
      plain_request("start", {"press"}, R"("send-data-to-iot-topic": false, "send-data-to-stream-manager": true,)"));
  EXPECT_EQ(retained("factory-1", "press").destinations, (job::Destinations{true, false}));
  operator_publishes(plain_request("start", {"press"}));
  EXPECT_EQ(retained("factory-1", "press").destinations, (job::Destinations{std::nullopt, true}))
      << "a start that says nothing of it takes the version's own";
}

// stop

TEST_F(BuilderControls, StopWithoutAVersionStopsTheRunningOne) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "press", "2"));
  operator_publishes(plain_request("start", {"press@1"}));
  EXPECT_THAT(
      operator_publishes(plain_request("stop", {"press"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 1 stopped, by stop", "m2c2/job/press/submit: stop 1"));
}

TEST_F(BuilderControls, StopOfAVersionThatDoesNotRunStopsNothing) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "press", "2"));
  const std::int64_t before = head("press").revision;
  EXPECT_THAT(
      operator_publishes(plain_request("stop", {"press@1"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by stop of 1", "m2c2/job/press/submit: stop 1"));
  EXPECT_EQ(head("press").revision, before + 1) << "so that the gateway answers";
  EXPECT_THAT(
      operator_publishes(plain_request("stop", {"press@2"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 2 stopped, by stop of 2", "m2c2/job/press/submit: stop 2"));
}

TEST_F(BuilderControls, StopTwiceIsAnsweredTwice) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(plain_request("stop", {"press"}));
  const std::int64_t before = head("press").revision;
  EXPECT_THAT(
      operator_publishes(plain_request("stop", {"press"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 1 stopped, by stop", "m2c2/job/press/submit: stop 1"));
  EXPECT_EQ(head("press").revision, before + 1);
}

TEST_F(BuilderControls, StopOfAnUnknownJobOrVersionIsRefused) {
  EXPECT_THAT(operator_publishes(plain_request("stop", {"press"})),
              ElementsAre("m2c2/job/press/error -: A unique database entry must exist for Job press version 1."));
  operator_publishes(slmp_request("deploy", "press", "1"));
  EXPECT_THAT(operator_publishes(plain_request("stop", {"press@3"})),
              ElementsAre("m2c2/job/press/error 3: A unique database entry must exist for Job press version 3."));
}

// push and pull

TEST_F(BuilderControls, PushBringsTheWantedVersionsRequestToTheGateway) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)"));
  operator_publishes(slmp_request("update", "press", "2"));
  operator_publishes(plain_request("start", {"press@1"}));
  EXPECT_THAT(
      operator_publishes(plain_request("push", {"press"})),
      ElementsAre("m2c2/group/factory-2/submit: push press 1 with its request", "m2c2/job/press/submit: push 1"));
}

TEST_F(BuilderControls, PushOfAVersionBringsThatOne) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("update", "press", "2"));
  const std::int64_t before = head("press").revision;
  EXPECT_THAT(
      operator_publishes(plain_request("push", {"press@1"})),
      ElementsAre("m2c2/group/factory-1/submit: push press 1 with its request", "m2c2/job/press/submit: push 1"));
  EXPECT_EQ(head("press").revision, before) << "and nothing else is wanted";
}

TEST_F(BuilderControls, PullGoesToTheGatewayThatHasTheJob) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)"));
  EXPECT_THAT(operator_publishes(plain_request("pull", {"press"})),
              ElementsAre("m2c2/group/factory-2/submit: pull press 0", "m2c2/job/press/submit: pull 1"));
}

TEST_F(BuilderControls, PushAndPullOfAnUnknownJobAreRefused) {
  EXPECT_THAT(operator_publishes(plain_request("push", {"press@2"})),
              ElementsAre("m2c2/job/press/error 2: A unique database entry must exist for Job press version 2."));
  EXPECT_THAT(operator_publishes(plain_request("pull", {"press"})),
              ElementsAre("m2c2/job/press/error -: A unique database entry must exist for Job press version 1."));
}

// several jobs in one request

TEST_F(BuilderControls, EachJobOfARequestIsAnsweredOnItsOwn) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "oven", "4"));
  EXPECT_THAT(
      operator_publishes(plain_request("stop", {"oven@4", "lathe", "press"})),
      ElementsAre("m2c2/group/factory-1/job/oven: version 4 stopped, by stop of 4", "m2c2/job/oven/submit: stop 4",
                  "m2c2/job/lathe/error -: A unique database entry must exist for Job lathe version 1.",
                  "m2c2/group/factory-1/job/press: version 1 stopped, by stop", "m2c2/job/press/submit: stop 1"));
}

TEST_F(BuilderControls, TheCopyOfAControlIsARequestForThatJobAlone) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "oven", "4"));
  operator_publishes(plain_request("START", {"press", "oven"}, R"("send-data-to-iot-topic": false,)"));
  EXPECT_EQ(boost::json::parse(said_.back().payload), boost::json::parse(R"({"job": {"control": "START",
      "send-data-to-iot-topic": false, "properties": [{"name": "oven", "version": "4"}]}})"));
}

}  // namespace
}  // namespace m2c2::builder
