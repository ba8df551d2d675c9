// Every control, whatever runs, and whatever the gateway missed.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/reconcile.hpp"

#include <gmock/gmock.h>

#include "gateway/scripted_machine.hpp"

namespace m2c2::gateway {

void PrintTo(const Decision& decision, std::ostream* out) {
  *out << "action " << static_cast<int>(decision.action) << ", '" << decision.answer << "' of " << decision.version;
}

namespace {

using job::Control;
using job::RunState;
using testing::parsed_of;
using testing::Sketch;

Decision decide(const std::optional<Local>& local, const Sketch& sketch) { return reconcile(local, parsed_of(sketch)); }

constexpr Local kRuns1{.revision = 10, .running = 1};
constexpr Local kRuns2{.revision = 10, .running = 2};
constexpr Local kStopped{.revision = 10, .running = {}};

TEST(Reconcile, DeployStarts) {
  const Sketch deploy{.revision = 11, .control = Control::deploy, .version = 2};
  EXPECT_EQ(decide({}, deploy), (Decision{Action::start, "Job started.", 2}));
  EXPECT_EQ(decide(kStopped, deploy), (Decision{Action::start, "Job started.", 2}));
  EXPECT_EQ(decide(kRuns1, deploy), (Decision{Action::restart, "Job started.", 2}));
}

TEST(Reconcile, UpdateReplacesAndStarts) {
  const Sketch update{.revision = 11, .control = Control::update, .version = 2};
  EXPECT_EQ(decide(kRuns1, update), (Decision{Action::restart, "Job updated.", 2}));
  EXPECT_EQ(decide(kStopped, update), (Decision{Action::start, "Job updated.", 2}));
}

TEST(Reconcile, StartOfTheRunningVersionLeavesItRunning) {
  const Sketch start{.revision = 11, .control = Control::start, .version = 2};
  EXPECT_EQ(decide(kRuns2, start), (Decision{Action::redirect, "Job already started.", 2}));
  EXPECT_EQ(decide(kRuns1, start), (Decision{Action::restart, "Job started.", 2}));
  EXPECT_EQ(decide(kStopped, start), (Decision{Action::start, "Job started.", 2}));
}

TEST(Reconcile, OpcdaSaysAlreadyInItsOwnWords) {
  const Sketch start{.revision = 11, .control = Control::start, .protocol = "opcda"};
  EXPECT_EQ(decide(kRuns1, start).answer,
            "A version of the requested 'job1' is already running. Please stop it before starting it again.");
  const Sketch stop{.revision = 11, .control = Control::stop, .state = RunState::stopped, .protocol = "opcda"};
  EXPECT_EQ(decide(kStopped, stop).answer, "Job 'job1' has already been stopped.");
}

TEST(Reconcile, StopStopsWhatRuns) {
  const Sketch stop{.revision = 11, .control = Control::stop, .version = 2, .state = RunState::stopped};
  EXPECT_EQ(decide(kRuns2, stop), (Decision{Action::stop, "Job stopped.", 2}));
  EXPECT_EQ(decide(kStopped, stop), (Decision{Action::note, "Job already stopped.", 2}));
  EXPECT_EQ(decide({}, stop), (Decision{Action::note, "Job already stopped.", 2}));
}

TEST(Reconcile, StopOfAVersionThatDoesNotRunStopsNothing) {
  const Sketch stop_1{.revision = 11, .control = Control::stop, .version = 2, .requested_version = 1};
  EXPECT_EQ(decide(kRuns2, stop_1), (Decision{Action::redirect, "Job already stopped.", 1}))
      << "it runs on, with the destinations that are wanted now";
}

TEST(Reconcile, AGatewayThatWasAwayEndsWhereTheOthersAre) {
  const Sketch stop_2{
      .revision = 15, .control = Control::stop, .version = 2, .requested_version = 2, .state = RunState::stopped};
  EXPECT_EQ(decide(kRuns1, stop_2), (Decision{Action::stop, "Job stopped.", 1})) << "it missed the update to 2";
  const Sketch stop_1_while_2_runs{.revision = 15, .control = Control::stop, .version = 2, .requested_version = 1};
  EXPECT_EQ(decide({}, stop_1_while_2_runs), (Decision{Action::start, "Job already stopped.", 1}));
  EXPECT_EQ(decide(kRuns1, stop_1_while_2_runs).action, Action::restart);
}

TEST(Reconcile, EachRevisionIsDoneOnce) {
  for (const std::int64_t seen : {10, 9, 0}) {
    const Sketch again{.revision = seen, .control = Control::deploy, .version = 2};
    EXPECT_EQ(decide(kRuns1, again), Decision{}) << seen;
    EXPECT_EQ(decide(kStopped, again), Decision{}) << seen;
  }
}

}  // namespace
}  // namespace m2c2::gateway
