// One job and its machine, on good days and bad, in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/job_actor.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>

#include "gateway/scripted_plant.hpp"

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using testing::Sketch;

class JobActorTest : public ::testing::Test {
 protected:
  ~JobActorTest() override {
    if (actor_) actor_->abandon();
    plant_.settle();
  }

  void run(const Sketch& sketch = {}, Duration delay = {}) {
    const auto job = std::make_shared<const job::ParsedWanted>(testing::parsed_of(sketch));
    actor_ = std::make_shared<JobActor>(plant_.surroundings, job, plc_.connector(), [this] { ++ended_; });
    actor_->start(delay);
    plant_.settle();
  }

  std::string last_reason() const {
    return std::string{boost::json::parse(plant_.sent.back().payload).at("reason").as_string()};
  }

  /// When each poll came, counted from the first.
  std::vector<Duration> pace() const {
    std::vector<Duration> pace;
    for (const SteadyTime at : plc_.polled) pace.push_back(at - plc_.polled.front());
    return pace;
  }

  testing::ScriptedPlant plant_;
  testing::ScriptedMachine& plc_ = plant_.machine();
  std::shared_ptr<JobActor> actor_;
  int ended_ = 0;
};

TEST_F(JobActorTest, PollsAtOnceAndThenEveryInterval) {
  run({.interval = 0.5});
  EXPECT_THAT(pace(), ElementsAre(0s));
  plant_.advance(1s);
  EXPECT_THAT(pace(), ElementsAre(0s, 500ms, 1s));
  EXPECT_THAT(plant_.values(), ElementsAre("[1]", "[2]", "[3]"));
  EXPECT_EQ(actor_->counts().polls, 3u);
}

TEST_F(JobActorTest, DoesNotDriftOverAThousandSlowPolls) {
  plc_.usual_read.after(300ms);
  run();
  plant_.advance(1000s);
  ASSERT_EQ(pace().size(), 1001u);
  for (std::size_t k = 0; k < pace().size(); ++k) ASSERT_EQ(pace()[k], k * 1s);
  EXPECT_EQ(actor_->counts().missed, 0u);
}

TEST_F(JobActorTest, CountsThePollsThatASlowReadCostsAndNeverOverlaps) {
  plc_.expect_read().after(2300ms);
  run();
  plant_.advance(5s);
  EXPECT_THAT(pace(), ElementsAre(0s, 3s, 4s, 5s));
  EXPECT_EQ(actor_->counts().missed, 2u);
}

TEST_F(JobActorTest, SendsAfterAsManyIterationsAsTheJobSays) {
  run({.iterations = 3});
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), IsEmpty());
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), ElementsAre("[1 2 3]"));
  plant_.advance(3s);
  EXPECT_THAT(plant_.values(), ElementsAre("[4 5 6]"));
}

TEST_F(JobActorTest, WritesTheGuidesMessagesForItsDestinations) {
  run({.version = 7, .destinations = {.to_stream = true, .to_topic = true}});
  const auto records = plant_.records(*plant_.to_topic);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].topic, "m2c2/job/job1/speed");
  EXPECT_EQ(records[0].partition_key, "m2c2/job/job1/speed");
  const auto message = boost::json::parse(records[0].payload).as_object();
  EXPECT_EQ(message.at("_id_").as_string(), records[0].id);
  EXPECT_EQ(message.at("version"), "7");
  EXPECT_EQ(message.at("tag"), "speed");
  EXPECT_EQ(plant_.records(*plant_.to_stream), records);
}

TEST_F(JobActorTest, WaitsItsTurnAtTheStart) {
  run({}, 250ms);
  EXPECT_THAT(plc_.opened, IsEmpty());
  plant_.advance(249ms);
  EXPECT_THAT(plc_.opened, IsEmpty());
  plant_.advance(1ms);
  EXPECT_THAT(plc_.opened, ElementsAre(SteadyTime{250ms}));
}

TEST_F(JobActorTest, TellsOnceThatTheMachineIsLostAndOnceThatItIsBack) {
  run();
  plc_.expect_read().after(100ms).fail("192.168.3.250:5548 closed the connection");
  for (int i = 0; i < 5; ++i) plc_.expect_open().fail("connection refused");
  plant_.advance(1100ms);
  EXPECT_EQ(last_reason(), "192.168.3.250:5548 closed the connection");
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Loss of communication with server."));
  EXPECT_TRUE(actor_->machine_lost());
  plant_.advance(5min);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Communication with server restored."));
  EXPECT_FALSE(actor_->machine_lost());
  EXPECT_EQ(plc_.opened.size(), 7u);
  EXPECT_EQ(plc_.most_connections, 1);
}

TEST_F(JobActorTest, TellsOfAMachineThatWasNeverThereInOtherWords) {
  plc_.usual_open.fail("no route to 192.168.3.250");
  run();
  EXPECT_EQ(last_reason(), "no route to 192.168.3.250");
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Fail to connect to server."));
  plc_.usual_open = {};
  plant_.advance(1s);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: Communication with server restored."));
}

TEST_F(JobActorTest, IsNotBackBeforeTheMachineAnswers) {
  plc_.usual_read.fail("no answer within 5 s");
  run();
  plant_.advance(10s);
  EXPECT_GT(plc_.opened.size(), 3u);
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Fail to connect to server."));
}

TEST_F(JobActorTest, SendsWhatWasReadBeforeTheLoss) {
  run({.iterations = 10});
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), IsEmpty());
  plc_.expect_read().fail("closed");
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), ElementsAre("[1 2]"));
}

TEST_F(JobActorTest, BacksOffToThirtySecondsAndTriesForEver) {
  plc_.usual_open.fail("connection refused");
  run();
  plant_.advance(24h);
  std::vector<Duration> waits;
  for (std::size_t i = 1; i < plc_.opened.size(); ++i) waits.push_back(plc_.opened[i] - plc_.opened[i - 1]);
  EXPECT_THAT(waits.at(0), AllOf(Ge(700ms), Le(1s)));
  EXPECT_THAT(waits.at(1), AllOf(Ge(1400ms), Le(2s)));
  EXPECT_THAT(waits.at(3), AllOf(Ge(5s), Le(8s)));
  EXPECT_THAT(*std::ranges::max_element(waits), AllOf(Ge(25s), Le(30s)));
  EXPECT_GT(waits.size(), 24u * 3600 / 30);
  EXPECT_NE(waits.at(waits.size() - 1), waits.at(waits.size() - 2)) << "no jitter";
}

TEST_F(JobActorTest, BeginsAtOneSecondAgainAfterASteadyWhileOnly) {
  plc_.usual_open.fail("connection refused");
  run();
  plant_.advance(5min);
  plc_.usual_open = {};
  plant_.advance(1min);
  plc_.expect_read().fail("closed");
  plant_.advance(5s);
  const SteadyTime back = plc_.opened.back();
  const SteadyTime failed = *std::prev(std::ranges::lower_bound(plc_.polled, back));
  EXPECT_THAT(back - failed, AllOf(Ge(700ms), Le(1s + 500ms)));
}

TEST_F(JobActorTest, RetriesAFlappingMachineEverMoreSlowly) {
  plc_.usual_read.fail("closed");
  for (int i = 0; i < 50; ++i) {  // answers once each time
    plc_.expect_read();
    plc_.expect_read().fail("closed");
  }
  run();
  plant_.advance(5min);
  EXPECT_LT(plc_.opened.size(), 20u);
}

TEST_F(JobActorTest, BeginsANewGridAfterAReconnect) {
  run();
  plc_.expect_read().fail("closed");
  plant_.advance(10s);
  const auto& polled = plc_.polled;
  ASSERT_GT(polled.size(), 4u);
  EXPECT_EQ(polled[2], plc_.opened[1]) << "polls at once when it is connected again";
  EXPECT_EQ(polled[3] - polled[2], 1s);
  EXPECT_EQ(actor_->counts().missed, 0u) << "a machine that is away costs no poll";
}

TEST_F(JobActorTest, TellsABadEndCodeOnceAndReadsTheRest) {
  run();
  for (int i = 0; i < 3; ++i) plc_.expect_read().with_fault("device_read M100 (tst_tag)", "C056: out of range");
  plant_.advance(1s);
  EXPECT_EQ(last_reason(), "C056: out of range");
  EXPECT_THAT(plant_.told(), ElementsAre("error 1: Unable to read device_read M100 (tst_tag)."));
  plant_.advance(2s);
  EXPECT_THAT(plant_.told(), IsEmpty());
  plant_.advance(FaultWatch::kQuiet);
  EXPECT_THAT(plant_.told(), ElementsAre("info 1: device_read M100 (tst_tag) is read again."));
  EXPECT_EQ(plant_.values().size(), 14u);
}

TEST_F(JobActorTest, StopsInTheMiddleOfARead) {
  run({.iterations = 10});
  plc_.expect_read().stay_silent();
  plant_.advance(1h);
  actor_->stop();
  plant_.loop.settle();
  EXPECT_EQ(ended_, 1);
  EXPECT_EQ(plc_.connectors, 0);
  EXPECT_THAT(plant_.values(), ElementsAre("[1]")) << "what was read is sent";
  EXPECT_THAT(plant_.told(), IsEmpty()) << "a stop is no loss";
}

TEST_F(JobActorTest, StopsBetweenPolls) {
  run({.iterations = 10});
  plant_.advance(1500ms);
  actor_->stop();
  plant_.loop.settle();
  EXPECT_EQ(ended_, 1);
  EXPECT_THAT(plant_.values(), ElementsAre("[1 2]"));
  plant_.advance(1min);
  EXPECT_EQ(plc_.polled.size(), 2u);
  EXPECT_EQ(ended_, 1);
}

TEST_F(JobActorTest, StopsWhileItConnectsOrWaitsToConnect) {
  plc_.expect_open().stay_silent();
  run();
  actor_->stop();
  plant_.loop.settle();
  EXPECT_EQ(ended_, 1);

  plc_.expect_open().fail("connection refused");
  run();
  plant_.told();
  actor_->stop();
  plant_.loop.settle();
  EXPECT_EQ(ended_, 2);

  run({}, 500ms);
  actor_->stop();
  plant_.loop.settle();
  EXPECT_EQ(ended_, 3);
  EXPECT_EQ(plc_.opened.size(), 2u);
  EXPECT_THAT(plant_.told(), IsEmpty());
}

TEST_F(JobActorTest, SaysGoodbyeBeforeItEnds) {
  plc_.usual_leave.after(200ms);
  run();
  actor_->stop();
  plant_.advance(199ms);
  EXPECT_EQ(ended_, 0);
  plant_.advance(1ms);
  EXPECT_EQ(ended_, 1);
  EXPECT_EQ(plc_.goodbyes, 1);
}

TEST_F(JobActorTest, AbandonedWhileItSaysGoodbyeEndsAtOnce) {
  plc_.usual_leave.stay_silent();
  run();
  actor_->stop();
  plant_.settle();
  EXPECT_EQ(plc_.connectors, 1);
  actor_->abandon();
  plant_.settle();
  EXPECT_EQ(plc_.connectors, 0);
  EXPECT_EQ(plc_.goodbyes, 0);
  EXPECT_EQ(ended_, 0);
}

TEST_F(JobActorTest, DeliversTagsThatAppearWhileItPolls) {
  run({.iterations = 2});
  plc_.grow("pressure");
  plant_.advance(1s);
  EXPECT_THAT(plant_.values(), ElementsAre("[1]")) << "what is there of the old tags is sent";
  plant_.advance(1s);
  const auto records = plant_.records(*plant_.to_topic);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].topic, "m2c2/job/job1/pressure");
}

TEST_F(JobActorTest, StoppedTwiceEndsOnce) {
  run();
  actor_->stop();
  actor_->stop();
  plant_.advance(1s);
  EXPECT_EQ(ended_, 1);
}

TEST_F(JobActorTest, AbandonedTouchesNothingOutside) {
  run({.iterations = 10});
  plc_.expect_read().stay_silent();
  plant_.advance(2s);
  actor_->abandon();
  actor_.reset();
  plant_.advance(1min);
  EXPECT_EQ(ended_, 0);
  EXPECT_EQ(plc_.connectors, 0);
  EXPECT_THAT(plant_.values(), IsEmpty());
}

TEST_F(JobActorTest, DeliversElsewhereFromTheNextMessageOn) {
  run();
  EXPECT_EQ(plant_.records(*plant_.to_topic).size(), 1u);
  actor_->deliver_to({.to_stream = true, .to_topic = false});
  plant_.advance(1s);
  EXPECT_THAT(plant_.records(*plant_.to_topic), IsEmpty());
  EXPECT_EQ(plant_.records(*plant_.to_stream).size(), 1u);
  EXPECT_THAT(pace(), ElementsAre(0s, 1s));
}

}  // namespace
}  // namespace m2c2::gateway
