// The gateway keeps its jobs as they are wanted: controls, restarts, other jobs undisturbed.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_test.hpp"

#include <fstream>

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;
using job::Control;
using job::RunState;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::GatewayTest;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::Sketch;

const Sketch kDeploy1{.revision = 1, .control = Control::deploy, .version = 1};
const Sketch kUpdate2{.revision = 2, .control = Control::update, .version = 2};
const Sketch kStop{.revision = 3, .control = Control::stop, .version = 1, .state = RunState::stopped};
const Sketch kStart{.revision = 4, .control = Control::start, .version = 1};

TEST_F(GatewayTest, DeployStartsAtOnce) {
  want(kDeploy1);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started."));
  EXPECT_THAT(plant_.values(), ElementsAre("[1]"));
  plant_.advance(2s);
  EXPECT_THAT(plant_.values(), ElementsAre("[2]", "[3]"));
}

TEST_F(GatewayTest, StopEndsPollingAndSendsWhatWasRead) {
  want({.revision = 1, .iterations = 10});
  plant_.advance(2s);
  plant_.told();
  want(kStop);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job stopped."));
  EXPECT_THAT(plant_.values(), ElementsAre("[1 2 3]"));
  plant_.advance(1min);
  EXPECT_THAT(plc_.polled, SizeIs(3));
  EXPECT_EQ(plc_.connectors, 0);
}

TEST_F(GatewayTest, AnswersControlsThatChangeNothing) {
  want(kDeploy1);
  plant_.told();
  want({.revision = 2, .control = Control::start, .version = 1});
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job already started."));
  want({.revision = 3, .control = Control::stop, .version = 1, .requested_version = 9});
  EXPECT_THAT(plant_.told(), ElementsAre("info 9: Job already stopped."));
  EXPECT_THAT(plc_.opened, SizeIs(1)) << "it ran on undisturbed";
  want({.revision = 4, .control = Control::stop, .version = 1, .state = RunState::stopped});
  want({.revision = 5, .control = Control::stop, .version = 1, .state = RunState::stopped});
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job stopped.", "info 1: Job already stopped."));
}

TEST_F(GatewayTest, StartOfTheRunningVersionMovesItsDestinationsWithoutMissingAPoll) {
  want(kDeploy1);
  plant_.values();
  want(
      {.revision = 2, .control = Control::start, .version = 1, .destinations = {.to_stream = true, .to_topic = false}});
  plant_.advance(3s);
  EXPECT_THAT(plant_.values(), IsEmpty());
  EXPECT_THAT(plant_.records(*plant_.to_stream), SizeIs(3));
  EXPECT_THAT(plc_.opened, SizeIs(1));
  boot();
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), IsEmpty()) << "and after a restart too";
}

TEST_F(GatewayTest, UpdateReplacesTheRunningVersionOnTheSamePort) {
  want({.revision = 1, .iterations = 10});
  plant_.advance(2s);
  want(kUpdate2);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.", "info 2: Job updated."));
  EXPECT_EQ(plc_.most_connections, 1) << "the new version opens only after the old one has closed";
  EXPECT_THAT(plant_.values(), ElementsAre("[1 2 3]", "[4]"));
}

TEST_F(GatewayTest, UpdateGoesThroughThoughTheMachineIsSilent) {
  plc_.expect_read().stay_silent();
  want(kDeploy1);
  want(kUpdate2);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.", "info 2: Job updated."));
  EXPECT_EQ(plc_.most_connections, 1);
}

TEST_F(GatewayTest, DoesAWantedStateOnceHoweverOftenItComes) {
  want(kDeploy1);
  want(kDeploy1, true);
  want(kUpdate2);
  want(kUpdate2);
  want(kDeploy1);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.", "info 2: Job updated."));
  EXPECT_THAT(plc_.opened, SizeIs(2));
}

TEST_F(GatewayTest, ARevisionOfTheFutureDoesNotShutOutAllLaterOnes) {
  want(kDeploy1);
  plant_.told();
  want({.revision = INT64_MAX, .control = Control::stop, .version = 1, .state = RunState::stopped});
  const auto told = plant_.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr("revision of the future"));
  want(kUpdate2);
  EXPECT_THAT(plant_.told(), ElementsAre("info 2: Job updated."));
}

TEST_F(GatewayTest, AWantedStateThatCameBeforeTheClockWasSetIsDoneAfterwards) {
  const auto tomorrow = [this](std::chrono::days days) {
    return std::chrono::duration_cast<std::chrono::microseconds>((plant_.loop.wall() + days).time_since_epoch())
        .count();
  };
  want({.revision = tomorrow(std::chrono::days{4}), .version = 1}, true);
  EXPECT_THAT(plant_.told(), ElementsAre(HasSubstr("It is done once they agree.")));
  plant_.advance(24h);
  EXPECT_THAT(plant_.told(), IsEmpty());
  plant_.advance(25h);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started."));
}

TEST_F(GatewayTest, OfWantedStatesThatCameTooEarlyItKeepsWhatItHasRoomFor) {
  const std::string filling = "\"_filling\":\"" + std::string(std::size_t{3} << 20, 'x') + "\",";
  std::size_t kept = 0;
  for (int i = 0; i < 30; ++i) {
    const std::string job = "early-" + std::to_string(i);
    std::string wanted = job::to_json(testing::wanted_of({.job = job, .revision = INT64_MAX, .version = 1}));
    gateway_->on_wanted({.topic = "m2c2/group/factory-1/job/" + job, .payload = wanted.insert(1, filling)});
    const auto told = plant_.told(job);
    ASSERT_EQ(told.size(), 1u);
    if (told[0].ends_with("It is done once they agree.")) ++kept;
    else EXPECT_THAT(told[0], HasSubstr("restart this gateway."));
  }
  EXPECT_EQ(kept, 21u) << "of 3 MiB in 64 MiB";
}

TEST_F(GatewayTest, ManyControlsInOneBreathEndInTheLast) {
  const auto receive_without_waiting = [this](const Sketch& sketch) {
    gateway_->on_wanted(
        {.topic = "m2c2/group/factory-1/job/job1", .payload = job::to_json(testing::wanted_of(sketch))});
  };
  want(kDeploy1);
  receive_without_waiting(kUpdate2);
  receive_without_waiting({.revision = 3, .control = Control::stop, .version = 2, .state = RunState::stopped});
  receive_without_waiting({.revision = 4, .control = Control::start, .version = 1});
  receive_without_waiting({.revision = 5, .control = Control::update, .version = 3});
  plant_.settle();
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.", "info 2: Job updated.", "info 2: Job stopped.",
                                         "info 1: Job started.", "info 3: Job updated."));
  EXPECT_EQ(plc_.most_connections, 1);
  EXPECT_EQ(plc_.connections, 1);
  plant_.values();
  plant_.advance(1s);
  EXPECT_EQ(boost::json::parse(plant_.records(*plant_.to_topic).at(0).payload).at("version"), "3");
}

TEST_F(GatewayTest, RunsAgainAfterAKillWithoutABroker) {
  want(kDeploy1);
  want({.job = "stopped", .revision = 1});
  want({.job = "stopped", .revision = 2, .control = Control::stop, .state = RunState::stopped});
  boot();
  plant_.advance(1s);
  plant_.values();
  EXPECT_THAT(gateway_->status().jobs, ElementsAre("job1"));
  EXPECT_THAT(plant_.told(), IsEmpty()) << "nobody asked anything";
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), SizeIs(1));
  want(kDeploy1, true);
  EXPECT_THAT(plant_.told(), IsEmpty()) << "the retained state was done before the kill";
  want(kUpdate2);
  EXPECT_THAT(plant_.told(), ElementsAre("info 2: Job updated."));
}

TEST_F(GatewayTest, DoesWhatItMissedWhileItWasAway) {
  want(kDeploy1);
  boot();
  want({.revision = 7, .control = Control::stop, .version = 2, .state = RunState::stopped}, true);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job stopped."));
  boot();
  EXPECT_THAT(gateway_->status().jobs, IsEmpty());
  want({.revision = 8, .control = Control::start, .version = 2}, true);
  plant_.advance(1s);
  EXPECT_THAT(plant_.told(), ElementsAre("info 2: Job started."));
}

TEST_F(GatewayTest, AJobThatLeavesTheGroupStopsAndLeavesNothing) {
  want({.revision = 1, .iterations = 10});
  plant_.told();
  receive("job1", "");
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job stopped."));
  EXPECT_THAT(plant_.values(), ElementsAre("[1]"));
  EXPECT_FALSE(std::filesystem::exists(file_of("job1")));
  receive("job1", "");
  receive("never-seen", "");
  EXPECT_THAT(plant_.sent, IsEmpty());
  boot();
  EXPECT_THAT(gateway_->status().jobs, IsEmpty());
  want(kDeploy1);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.")) << "it may come back, at any revision";
}

TEST_F(GatewayTest, AJobThatLeavesAndComesBackInOneBreathRuns) {
  want(kDeploy1);
  gateway_->on_wanted({.topic = "m2c2/group/factory-1/job/job1", .payload = ""});
  want(kDeploy1);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.", "info 1: Job stopped.", "info 1: Job started."));
  EXPECT_TRUE(std::filesystem::exists(file_of("job1")));
  EXPECT_EQ(plc_.most_connections, 1);
}

TEST_F(GatewayTest, OneJobsDeadMachineCostsTheOthersNoPoll) {
  plant_.machine("dead").usual_read.stay_silent();
  plant_.machine("gone").usual_open.fail("connection refused");
  want({.job = "a", .machine = "dead"});
  want({.job = "b", .machine = "gone"});
  want({.job = "c", .machine = "press"});
  for (int second = 1; second <= 20; ++second) {
    plant_.advance(1s);
    want({.job = "a", .revision = second + 1, .control = Control::update, .version = second + 1, .machine = "dead"});
  }
  EXPECT_THAT(plc_.polled, SizeIs(21));
  for (std::size_t k = 0; k < plc_.polled.size(); ++k) ASSERT_EQ(plc_.polled[k], SteadyTime{k * 1s});
  EXPECT_EQ(gateway_->status().polls_missed, 0u);
  EXPECT_EQ(gateway_->status().machines_lost, 1u);
}

TEST_F(GatewayTest, RefusesWhatItCannotReadAndRunsOn) {
  want(kDeploy1);
  plant_.told();
  receive("job1", "{");
  EXPECT_THAT(plant_.told(), ElementsAre(HasSubstr("error: ")));
  receive("job2", R"({"revision": "soon"})");
  EXPECT_THAT(plant_.told("job2"), ElementsAre(HasSubstr("error: ")));
  receive("job2", job::to_json(testing::wanted_of(kDeploy1)));
  EXPECT_THAT(plant_.told("job2"), ElementsAre(HasSubstr("is of the job 'job1'")));
  for (const char* name : {"..", "error", ""}) receive(name, "{}");
  receive(std::string(5000, 'x'), "{}");
  submit("{");
  submit(std::string(100'000, '['));
  EXPECT_THAT(plant_.sent, IsEmpty()) << "no name to answer to";
  submit(R"({"control": "dance", "job": "job1"})");
  EXPECT_THAT(plant_.told(), ElementsAre(HasSubstr("error: ")));
  plant_.advance(1s);
  EXPECT_THAT(plc_.polled, SizeIs(2));
}

TEST_F(GatewayTest, SaysThatItHasNoConnectorForAProtocol) {
  want(kDeploy1);
  want({.job = "opc", .protocol = "opcda"});
  ASSERT_THAT(plant_.sent,
              Contains(::testing::Field(&mqtt::Message::topic, "m2c2/job/opc/London/floor 1/packaging/press/error")));
  EXPECT_THAT(plant_.told("opc"), ElementsAre("error 1: Unsupported protocol connectivity."));
  want({.job = "opc", .protocol = "opcda"});
  EXPECT_THAT(plant_.told("opc"), IsEmpty());
  EXPECT_THAT(gateway_->status().jobs, ElementsAre("job1"));
  want({.job = "opc", .revision = 2, .control = Control::stop, .state = RunState::stopped, .protocol = "opcda"});
  plant_.told("opc");
  boot();
  EXPECT_THAT(plant_.told("opc"), IsEmpty()) << "it was stopped before the restart";
}

TEST_F(GatewayTest, RunsOnWithAFullDiskAndSaysSoOnce) {
  std::filesystem::create_directories(folder_);
  std::ofstream{folder_ / "job"} << "a file where the folder should be";
  want(kDeploy1);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Job started.", HasSubstr("error 1: The gateway could not save")));
  want(kUpdate2);
  plant_.advance(3min);
  EXPECT_THAT(plant_.told(), ElementsAre("info 2: Job updated."));
  EXPECT_GT(plc_.polled.size(), 180u);
  std::filesystem::remove(folder_ / "job");
  plant_.advance(1min);
  EXPECT_TRUE(std::filesystem::exists(file_of("job1"))) << "saved once there is room again";
  EXPECT_THAT(plant_.told(), IsEmpty());
}

TEST_F(GatewayTest, ASlowDiskDelaysNoPoll) {
  for (int i = 0; i < 10; ++i)
    gateway_->on_wanted({.topic = "m2c2/group/factory-1/job/job" + std::to_string(i),
                         .payload = job::to_json(testing::wanted_of({.job = "job" + std::to_string(i)}))});
  plant_.loop.advance(1s);  // the disk does not get to anything
  EXPECT_THAT(plc_.polled, SizeIs(20));
  EXPECT_FALSE(std::filesystem::exists(file_of("job0")));
  plant_.settle();
  EXPECT_TRUE(std::filesystem::exists(file_of("job9")));
}

TEST_F(GatewayTest, PublishesItsStatusWhenJobsChangeAndEveryMinute) {
  plant_.advance(2s);
  status();
  for (int i = 0; i < 10; ++i) want({.job = "job" + std::to_string(i)});
  EXPECT_FALSE(status()) << "not for each of them";
  plant_.advance(1s);
  EXPECT_THAT(status()->at("jobs").as_array(), SizeIs(10));
  plant_.advance(59s);
  EXPECT_FALSE(status());
  plant_.advance(1s);
  EXPECT_GE(status()->at("polls").to_number<int>(), 10 * 61);
  gateway_->on_connected();
  plant_.settle();
  EXPECT_EQ(status()->at("state"), "online") << "the last will may have been published";
  want({.job = "job3", .revision = 2, .control = Control::stop, .state = RunState::stopped});
  plant_.advance(1s);
  EXPECT_THAT(status()->at("jobs").as_array(), SizeIs(9));
}

TEST_F(GatewayTest, StopsCleanlyAtOnceUnderLoad) {
  plant_.machine("dead").usual_read.stay_silent();
  plant_.machine("gone").usual_open.fail("connection refused");
  for (int i = 0; i < 60; ++i)
    want({.job = "job" + std::to_string(i),
          .machine = i % 3 == 0   ? "dead"
                     : i % 3 == 1 ? "gone"
                                  : "press",
          .iterations = 7});
  plant_.advance(4500ms);
  plant_.values();
  want({.job = "job0", .revision = 2, .control = Control::update, .version = 2, .machine = "dead"});
  bool done = false;
  gateway_->stop_all([&done] { done = true; });
  plant_.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(status()->at("state"), "offline");
  EXPECT_THAT(plant_.values(), SizeIs(20)) << "of each job that had read something";
  EXPECT_EQ(plc_.connectors, 0);
  want({.job = "late"});
  EXPECT_THAT(plant_.told("late"), IsEmpty());
  boot();
  EXPECT_THAT(gateway_->status().jobs, SizeIs(60)) << "a clean stop changes nothing of what is wanted";
}

TEST_F(GatewayTest, StopsAtOnceWithNothingToDo) {
  bool done = false;
  gateway_->stop_all([&done] { done = true; });
  plant_.settle();
  EXPECT_TRUE(done);
}

TEST_F(GatewayTest, WaitsForItsFilesWhenItStops) {
  gateway_->on_wanted(
      {.topic = "m2c2/group/factory-1/job/job1", .payload = job::to_json(testing::wanted_of(kDeploy1))});
  bool done = false;
  gateway_->stop_all([&done] { done = true; });
  plant_.loop.settle();
  EXPECT_FALSE(done);
  plant_.settle();
  EXPECT_TRUE(done);
  EXPECT_TRUE(std::filesystem::exists(file_of("job1")));
}

TEST_F(GatewayTest, TwoThousandJobsPollOnTimeAndNotTogether) {
  for (int i = 0; i < 2000; ++i) {
    const Sketch sketch{.job = "job" + std::to_string(i), .iterations = 5};
    gateway_->on_wanted({.topic = "m2c2/group/factory-1/job/" + sketch.job,
                         .payload = job::to_json(testing::wanted_of(sketch)),
                         .retained = true});
  }
  plant_.loop.advance(10s);  // the files are of no matter here
  const Status status = gateway_->status();
  EXPECT_THAT(status.jobs, SizeIs(2000));
  EXPECT_EQ(status.polls_missed, 0u);
  EXPECT_EQ(plc_.polled.size(), 20'000u);
  EXPECT_THAT(plant_.values(), SizeIs(4000));
  std::map<std::int64_t, int> in_millisecond;
  for (const SteadyTime at : plc_.polled)
    ++in_millisecond[std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count()];
  for (const auto& [ms, polls] : in_millisecond) ASSERT_LE(polls, 4) << "in millisecond " << ms;
}

TEST_F(GatewayTest, SpreadsAGroupsRetainedJobsButNotADeploy) {
  for (int i = 0; i < 20; ++i) want({.job = "job" + std::to_string(i)}, true);
  EXPECT_LT(plc_.polled.size(), 3u);
  plant_.advance(1s);
  EXPECT_GE(plc_.polled.size(), 20u);
  plc_.polled.clear();
  want({.job = "fresh"});
  EXPECT_THAT(plc_.polled, SizeIs(1));
}

}  // namespace
}  // namespace m2c2::gateway
