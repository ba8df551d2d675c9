// What the builder makes of bad days: killed in the middle, requests that come again, other builders, a broken store.
// SPDX-License-Identifier: Apache-2.0
#include "builder/world_test.hpp"

namespace m2c2::builder {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kDeployed = "Job successfully created. Deploying the Greengrass group to the edge device.";

class BuilderKilled : public World {
 protected:
  /// A builder that is killed after it has said `words` messages; then another one comes up.
  void operator_publishes_and_builder_dies_after(std::size_t words, const std::string& text) {
    Builder dying{*store_, clock_, {.default_group = "factory-1"}, [&](const mqtt::Message& message) {
                    if (words == 0) return;
                    --words;
                    deliver(message);
                  }};
    dying.on_request(request(text));
  }
  Lines new_builder_connects() {
    Builder fresh{*store_, clock_, {.default_group = "factory-1"}, [this](const mqtt::Message& m) { deliver(m); }};
    return hear([&] { fresh.republish(); });
  }
};

TEST_F(BuilderKilled, BetweenStoreAndBrokerTheNextOneSaysIt) {
  operator_publishes_and_builder_dies_after(0, slmp_request("deploy", "press", "1"));
  EXPECT_TRUE(retained_.empty());
  EXPECT_THAT(new_builder_connects(), ElementsAre("m2c2/group/factory-1/job/press: version 1 running, by deploy of 1"));
}

TEST_F(BuilderKilled, AtAnyMessageOfAnyControlTheWantedStateIsTheSameInTheEnd) {
  const std::vector<std::string> requests{slmp_request("deploy", "press"), slmp_request("update", "press"),
                                          plain_request("stop", {"press"}), plain_request("start", {"press@1"}),
                                          plain_request("stop", {"press@2"})};
  for (const std::string& text : requests) {
    for (std::size_t words = 0; words < 3; ++words) {
      operator_publishes_and_builder_dies_after(words, text);
      new_builder_connects();
      EXPECT_EQ(retained("factory-1", "press").revision, head("press").revision) << text << " after " << words;
      EXPECT_EQ(retained("factory-1", "press").version, head("press").version);
      EXPECT_EQ(retained("factory-1", "press").state, head("press").state);
    }
  }
}

TEST_F(BuilderKilled, ABrokerThatLostItsMemoryIsToldEverythingWithTheSameRevisions) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "oven", "3", R"("gg-group-id": "factory-2",)"));
  operator_publishes(plain_request("stop", {"oven"}));
  const auto before = retained_;
  retained_.clear();
  EXPECT_THAT(new_builder_connects(), ElementsAre("m2c2/group/factory-2/job/oven: version 3 stopped, by stop",
                                                  "m2c2/group/factory-1/job/press: version 1 running, by deploy of 1"));
  EXPECT_EQ(retained_, before);
}

TEST_F(BuilderKilled, BeforeTheOldGroupWasToldItsStatusBringsItOut) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)"));
  operator_publishes_and_builder_dies_after(0, slmp_request("deploy", "press", "2", R"("gg-group-id": "factory-3",)"));
  builder_.republish();
  EXPECT_THAT(gateway_reports("factory-2", R"({"state": "online", "jobs": ["press"]})"),
              ElementsAre("m2c2/group/factory-2/job/press is cleared"));
  EXPECT_THAT(retained_, ElementsAre(testing::Key("m2c2/group/factory-3/job/press")));
}

// Requests that come again

class BuilderRedelivery : public World {};

TEST_F(BuilderRedelivery, ADeployIsAnsweredAgainAndNotStoredAgain) {
  for (const auto* version : {"", "1"}) {
    const std::string job = fmt::format("press{}", version);
    const std::string deploy = slmp_request("deploy", job, version);
    const auto first = operator_publishes(deploy);
    const std::int64_t revision = head(job).revision;
    EXPECT_THAT(broker_redelivers(deploy), ElementsAre(first[0], first[1]));
    EXPECT_EQ(head(job).revision, revision);
    EXPECT_FALSE(stored(job, 2));
  }
}

TEST_F(BuilderRedelivery, AnUpdateIsSaidAgainAndNotStoredAgain) {
  operator_publishes(slmp_request("deploy", "press"));
  const std::string update = slmp_request("update", "press");
  operator_publishes(update);
  EXPECT_THAT(broker_redelivers(update), ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by update"));
  EXPECT_FALSE(stored("press", 3));
}

TEST_F(BuilderRedelivery, ADeployThatWasKilledBeforeItsAnswerIsAnsweredNow) {
  const std::string deploy = slmp_request("deploy", "press", "1");
  {
    Builder dying{*store_, clock_, {.default_group = "factory-1"}, [](const mqtt::Message&) {}};
    dying.on_request(request(deploy));
  }
  EXPECT_THAT(broker_redelivers(deploy),
              ElementsAre("m2c2/job/press/info 1: " + kDeployed,
                          "m2c2/group/factory-1/job/press: version 1 running, by deploy of 1"));
}

TEST_F(BuilderRedelivery, WhatWasStillToComeIsCarriedOut) {
  EXPECT_THAT(broker_redelivers(slmp_request("deploy", "press", "1")), SizeIs(3))
      << "it may have come before: it has not";
  EXPECT_TRUE(stored("press", 1));
  EXPECT_THAT(broker_redelivers(slmp_request("deploy", "press", "2")), SizeIs(3));
  EXPECT_TRUE(stored("press", 2));
}

TEST_F(BuilderRedelivery, ARequestThatIsPublishedTwiceIsTwoRequests) {
  operator_publishes(slmp_request("deploy", "press"));
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press")), SizeIs(3));
  EXPECT_TRUE(stored("press", 2));
  EXPECT_THAT(operator_publishes(slmp_request("deploy", "press", "2")),
              ElementsAre("m2c2/job/press/error 2: A unique database entry must exist for Job press version 2."));
}

TEST_F(BuilderRedelivery, ADeployDoesNotStartAJobThatWasStoppedSince) {
  const std::string deploy = slmp_request("deploy", "press", "1");
  operator_publishes(deploy);
  operator_publishes(plain_request("stop", {"press"}));
  EXPECT_THAT(broker_redelivers(deploy), ElementsAre("m2c2/job/press/info 1: " + kDeployed,
                                                     "m2c2/group/factory-1/job/press: version 1 stopped, by stop"));
}

TEST_F(BuilderRedelivery, DeployStopAndTheSameDeployFromABacklogLeaveTheJobRunning) {
  const std::string deploy = slmp_request("deploy", "press");
  broker_redelivers(deploy);
  broker_redelivers(plain_request("stop", {"press"}));
  broker_redelivers(deploy);
  EXPECT_EQ(retained("factory-1", "press").state, job::RunState::running);
  EXPECT_EQ(head("press").version, 2);
}

TEST_F(BuilderRedelivery, AnEarlierDeployWithItsVersionIsStillRefused) {
  const std::string first = slmp_request("deploy", "press", "1");
  operator_publishes(first);
  operator_publishes(slmp_request("deploy", "press", "2"));
  EXPECT_THAT(broker_redelivers(first),
              ElementsAre("m2c2/job/press/error 1: A unique database entry must exist for Job press version 1."));
  EXPECT_EQ(head("press").version, 2);
}

// Other builders, and a store that fails

/// The real store, with something that happens before or after a call, or a failure in its place.
class TamperedStore final : public store::JobStore {
 public:
  explicit TamperedStore(store::JobStore& store) : store_{store} {}

  std::function<void()> before_write = [] {};
  std::function<void()> after_write = [] {};
  std::optional<int> calls_until_failure;  ///< that many succeed, those after them fail
  bool refuses_versions = false;           ///< as a table does in which someone has put versions by hand

  Result<std::optional<store::JobHead>> head(std::string_view job) override {
    if (broken()) return broke();
    return store_.head(job);
  }
  Result<std::vector<store::JobHead>> heads() override {
    if (broken()) return broke();
    return store_.heads();
  }
  Result<std::optional<store::JobVersion>> version(std::string_view job, job::Version version) override {
    if (broken()) return broke();
    return store_.version(job, version);
  }
  Result<> add_version(const store::JobVersion& version, const store::JobHead& next, std::int64_t expected) override {
    if (refuses_versions) return fail(store::StoreError::exists);
    return write([&] { return store_.add_version(version, next, expected); });
  }
  Result<> set_head(const store::JobHead& next, std::int64_t expected) override {
    return write([&] { return store_.set_head(next, expected); });
  }

 private:
  bool broken() {
    if (!calls_until_failure) return false;
    if (*calls_until_failure == 0) return true;
    --*calls_until_failure;
    return false;
  }
  static std::unexpected<Error> broke() { return fail(store::StoreError::failed, "the disk is gone"); }
  Result<> write(const auto& call) {
    if (broken()) return broke();
    before_write();
    auto result = call();
    after_write();
    return result;
  }

  store::JobStore& store_;
};

class BuilderAmongOthers : public World {
 protected:
  Lines operator_publishes_to_ours(std::string text) {
    return hear([&] { ours_.on_request(request(std::move(text))); });
  }

  TamperedStore tampered_{*store_};
  Builder ours_{
      tampered_, clock_, {.default_group = "factory-1", .most_conflicts = 1'000}, [this](const mqtt::Message& m) {
        deliver(m);
      }};
  Builder theirs_{*store_, clock_, {.default_group = "factory-1"}, [this](const mqtt::Message& m) { deliver(m); }};
};

TEST_F(BuilderAmongOthers, TwoDeploysAtOnceBecomeTwoVersions) {
  tampered_.before_write = [this] {
    tampered_.before_write = [] {};
    theirs_.on_request(request(slmp_request("deploy", "press")));
  };
  EXPECT_THAT(
      operator_publishes_to_ours(slmp_request("deploy", "press")),
      ElementsAre("m2c2/job/press/info 1: " + kDeployed, "m2c2/group/factory-1/job/press: version 1 running, by deploy",
                  "m2c2/job/press/submit: deploy 1",  //
                  "m2c2/job/press/info 2: " + kDeployed, "m2c2/group/factory-1/job/press: version 2 running, by deploy",
                  "m2c2/job/press/submit: deploy 2"));
  EXPECT_EQ(ours_.counters().conflicts, 1U);
}

TEST_F(BuilderAmongOthers, TwoDeploysOfOneVersionAtOnceAreOneAndARefusal) {
  tampered_.before_write = [this] {
    tampered_.before_write = [] {};
    theirs_.on_request(request(slmp_request("deploy", "press", "1")));
  };
  EXPECT_EQ(operator_publishes_to_ours(slmp_request("deploy", "press", "1")).back(),
            "m2c2/job/press/error 1: A unique database entry must exist for Job press version 1.");
}

TEST_F(BuilderAmongOthers, AStopThatIsOvertakenByAStartStopsWhatRunsThen) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "press", "2"));
  tampered_.before_write = [this] {
    tampered_.before_write = [] {};
    theirs_.on_request(request(plain_request("start", {"press@1"})));
  };
  EXPECT_THAT(
      operator_publishes_to_ours(plain_request("stop", {"press"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 1 running, by start of 1",
                  "m2c2/job/press/submit: start 1",  //
                  "m2c2/group/factory-1/job/press: version 1 stopped, by stop", "m2c2/job/press/submit: stop 1"));
}

TEST_F(BuilderAmongOthers, AWantedStateThatIsSaidTooLateIsMadeGood) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  tampered_.after_write = [this] {
    tampered_.after_write = [] {};
    theirs_.on_request(request(slmp_request("update", "press", "2")));
  };
  EXPECT_THAT(
      operator_publishes_to_ours(plain_request("stop", {"press"})),
      ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by update of 2",
                  "m2c2/job/press/submit: update 2",  //
                  "m2c2/group/factory-1/job/press: version 1 stopped, by stop", "m2c2/job/press/submit: stop 1"));
  const auto passed = said_;
  EXPECT_THAT(hear([&] {
                for (const mqtt::Message& each : passed)
                  theirs_.on_wanted({.topic = each.topic, .payload = each.payload});
              }),
              ElementsAre("m2c2/group/factory-1/job/press: version 2 running, by update of 2"));
  EXPECT_EQ(retained("factory-1", "press").revision, head("press").revision);
  const mqtt::Message last = said_.back();
  EXPECT_THAT(hear([&] { theirs_.on_wanted({.topic = last.topic, .payload = last.payload}); }), IsEmpty());
}

TEST_F(BuilderAmongOthers, ADeployGetsThroughHoweverManyDeployMeanwhile) {
  int others = 0;
  tampered_.before_write = [&] {
    if (++others < 300) theirs_.on_request(request(slmp_request("deploy", "press")));
  };
  EXPECT_EQ(operator_publishes_to_ours(slmp_request("deploy", "press")).back(), "m2c2/job/press/submit: deploy 300");
  EXPECT_EQ(ours_.counters().conflicts, 299U);
  EXPECT_EQ(ours_.counters().store_failures, 0U);
}

TEST_F(BuilderAmongOthers, AConflictWithoutEndIsToldTheOperator) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  tampered_.before_write = [this] {
    store::JobHead next = head("press");
    ++next.revision;
    ASSERT_TRUE(store_->set_head(next, next.revision - 1));
  };
  EXPECT_THAT(operator_publishes_to_ours(plain_request("stop", {"press"})),
              ElementsAre("m2c2/job/press/error -: Unable to query database table jobs. Reason: other job builders "
                          "changed the job 1000 times meanwhile; send the request again"));
  EXPECT_EQ(head("press").state, job::RunState::running);
}

TEST_F(BuilderAmongOthers, AVersionThatNoHeadKnowsOfIsToldTheOperator) {
  tampered_.refuses_versions = true;
  EXPECT_THAT(
      operator_publishes_to_ours(slmp_request("deploy", "press")),
      ElementsAre("m2c2/job/press/error -: Unable to query database table jobs. Reason: that version of the job "
                  "is stored already"));
}

TEST_F(BuilderAmongOthers, AStoreThatFailsAtAnyCallLeavesNothingHalfDone) {
  operator_publishes(slmp_request("deploy", "press", "1", R"("gg-group-id": "factory-2",)"));
  const std::vector<std::string> requests{slmp_request("deploy", "press", "2"), slmp_request("update", "press", "3"),
                                          plain_request("start", {"press@1"}),  plain_request("stop", {"press@2"}),
                                          plain_request("stop", {"press"}),     plain_request("push", {"press"}),
                                          plain_request("pull", {"press"})};
  for (const std::string& text : requests) {
    const store::JobHead before = head("press");
    int calls = 0;
    for (;; ++calls) {
      tampered_.calls_until_failure = calls;
      const auto heard = operator_publishes_to_ours(text);
      if (!heard.front().contains("Unable to query database table jobs. Reason: the disk is gone")) break;
      EXPECT_THAT(heard, SizeIs(1)) << text << " at call " << calls;
      EXPECT_EQ(head("press").revision, before.revision) << text << " at call " << calls;
      EXPECT_FALSE(stored("press", before.latest + 1)) << text << " at call " << calls;
    }
    EXPECT_GE(calls, 2) << text;
  }
  EXPECT_EQ(head("press").latest, 3) << "each was done in the end";
}

TEST_F(BuilderAmongOthers, AStoreThatFailsIsToldForEveryJobAndMayRecover) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "oven", "1"));
  tampered_.calls_until_failure = 0;
  EXPECT_THAT(operator_publishes_to_ours(plain_request("stop", {"press", "oven"})),
              ElementsAre(HasSubstr("m2c2/job/press/error"), HasSubstr("m2c2/job/oven/error")));
  EXPECT_EQ(ours_.counters().store_failures, 2U);
  tampered_.calls_until_failure.reset();
  EXPECT_THAT(operator_publishes_to_ours(plain_request("stop", {"press", "oven"})), SizeIs(4));
}

TEST_F(BuilderAmongOthers, AStatusOfJobsWhereTheyBelongReadsNothing) {
  operator_publishes_to_ours(slmp_request("deploy", "press", "1"));
  operator_publishes(slmp_request("deploy", "oven", "1"));
  const auto report = [&](std::string_view group) {
    return hear([&] {
      ours_.on_status({.topic = job::topics::group_status(group), .payload = R"({"jobs": ["press", "oven"]})"});
    });
  };
  EXPECT_THAT(report("factory-1"), IsEmpty()) << "theirs is read once";
  tampered_.calls_until_failure = 9;
  EXPECT_THAT(report("factory-1"), IsEmpty());
  EXPECT_EQ(std::exchange(tampered_.calls_until_failure, {}), 9) << "none was made";

  operator_publishes(slmp_request("deploy", "press", "2", R"("gg-group-id": "factory-2",)"));
  for (const mqtt::Message& message : std::vector{said_})
    ours_.on_wanted({.topic = message.topic, .payload = message.payload});
  EXPECT_THAT(report("factory-1"), ElementsAre("m2c2/group/factory-1/job/press is cleared")) << "it was heard to move";
}

TEST_F(BuilderAmongOthers, AStoreThatFailsSilencesStatusAndRepublishing) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  for (int calls = 0; calls < 2; ++calls) {
    tampered_.calls_until_failure = calls;
    EXPECT_THAT(hear([&] { ours_.republish(); }), IsEmpty());
  }
  tampered_.calls_until_failure = 0;
  EXPECT_THAT(hear([&] { ours_.on_status({.topic = "m2c2/group/g/status", .payload = R"({"jobs": ["press"]})"}); }),
              IsEmpty());
}

/// A store in which someone has changed a row by hand.
class BuilderWithADamagedStore : public BuilderAmongOthers {
 protected:
  void damage(std::string request) {
    store::JobVersion row = **store_->version("press", 1);
    row.version = 2;
    row.job_details = std::move(request);
    store::JobHead next = head("press");
    const std::int64_t last = next.revision++;
    next.version = next.latest = 2;
    ASSERT_TRUE(store_->add_version(row, next, last));
  }
};

TEST_F(BuilderWithADamagedStore, OneDamagedJobIsNamedAndTheOthersGoOn) {
  operator_publishes(slmp_request("deploy", "oven", "1"));
  operator_publishes(slmp_request("deploy", "press", "1"));
  damage("{\"job\": ");
  EXPECT_THAT(hear([&] { builder_.republish(); }),
              ElementsAre("m2c2/group/factory-1/job/oven: version 1 running, by deploy of 1"));
  for (const auto* control : {"stop", "push"})
    EXPECT_THAT(operator_publishes(plain_request(control, {"press"})),
                ElementsAre(AllOf(HasSubstr("m2c2/job/press/error"), HasSubstr("press version 2 is damaged"))));
  EXPECT_THAT(operator_publishes(plain_request("start", {"press@1"})), SizeIs(2))
      << "the version before is still there";
}

TEST_F(BuilderWithADamagedStore, AStoredRequestThatIsNoLongerValidIsNotStarted) {
  operator_publishes(slmp_request("deploy", "press", "1"));
  damage(R"({"job": {"control": "deploy", "properties": [{"name": "press", "version": "2"}]}})");
  EXPECT_THAT(operator_publishes(plain_request("start", {"press"})),
              ElementsAre(HasSubstr("Parameter machine-details not found in job request.")));
}

}  // namespace
}  // namespace m2c2::builder
