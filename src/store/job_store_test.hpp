// What every job store owes the builder: tests written once, run for each kind of store.
// SPDX-License-Identifier: Apache-2.0
//
// A Backend is one place where jobs are kept, empty at first:
//   std::unique_ptr<JobStore> open();   // one more handle on that same place
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <thread>

#include "store/job_store.hpp"

namespace m2c2::store {

inline JobVersion version_of(std::string job, job::Version version) {
  JobVersion row;
  row.job = std::move(job);
  row.version = version;
  row.control = version == 1 ? "deploy" : "update";
  row.group = "factory-1";
  row.site = "London";
  row.area = "floor 1";
  row.process = "packaging";
  row.machine = "machine 1";
  row.protocol = "opcda";
  row.address = "169.254.89.33";
  row.iterations = 3;
  row.interval = 0.5;
  row.machine_details = R"({"site-name":"London"})";
  row.data_parameters = R"({"machine-query-iterations":3})";
  row.job_details = R"({"job":{"control":"deploy"}})";
  row.timestamp = "2026-01-01 00:00:00.000000";
  return row;
}

inline JobHead head_of(std::string job, job::Version version, std::int64_t revision) {
  JobHead head;
  head.job = std::move(job);
  head.revision = revision;
  head.group = "factory-1";
  head.latest = version;
  head.version = version;
  head.request_digest = "digest";
  return head;
}

/// How an operation went, in a word: "done", or the text of its error.
template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "done" : result.error().text;
}
inline const std::string kDone = "done";
inline const std::string kStale = error_text(StoreError::stale);
inline const std::string kExists = error_text(StoreError::exists);

template <class Backend>
class JobStoreContract : public testing::Test {
 protected:
  /// The job's head, or a default one for a job that has none.
  JobHead head(std::string_view job) {
    const auto found = store_->head(job);
    EXPECT_EQ(outcome(found), kDone);
    return found && *found ? **found : JobHead{};
  }
  bool has_version(std::string_view job, job::Version version) {
    const auto found = store_->version(job, version);
    EXPECT_EQ(outcome(found), kDone);
    return found && found->has_value();
  }
  std::string deploy(const std::string& job, job::Version version, std::int64_t revision, std::int64_t expected) {
    return outcome(store_->add_version(version_of(job, version), head_of(job, version, revision), expected));
  }

  Backend backend_;
  std::unique_ptr<JobStore> store_ = backend_.open();
};

TYPED_TEST_SUITE_P(JobStoreContract);

TYPED_TEST_P(JobStoreContract, KnowsNothingAtFirst) {
  EXPECT_EQ(this->store_->head("press")->has_value(), false);
  EXPECT_EQ(this->store_->version("press", 1)->has_value(), false);
  EXPECT_TRUE(this->store_->heads()->empty());
}

TYPED_TEST_P(JobStoreContract, GivesAVersionBackAsItWas) {
  const JobVersion row = version_of("press", 1);
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  const JobVersion got = **this->store_->version("press", 1);
  EXPECT_EQ(got.job, row.job);
  EXPECT_EQ(got.version, row.version);
  EXPECT_EQ(got.control, row.control);
  EXPECT_EQ(got.group, row.group);
  EXPECT_EQ(got.site, row.site);
  EXPECT_EQ(got.area, row.area);
  EXPECT_EQ(got.process, row.process);
  EXPECT_EQ(got.machine, row.machine);
  EXPECT_EQ(got.protocol, row.protocol);
  EXPECT_EQ(got.address, row.address);
  EXPECT_EQ(got.iterations, row.iterations);
  EXPECT_EQ(got.interval, row.interval);
  EXPECT_EQ(got.machine_details, row.machine_details);
  EXPECT_EQ(got.data_parameters, row.data_parameters);
  EXPECT_EQ(got.job_details, row.job_details);
  EXPECT_EQ(got.timestamp, row.timestamp);
}

TYPED_TEST_P(JobStoreContract, GivesAHeadBackAsItWas) {
  ASSERT_EQ(this->deploy("press", 7, 1'767'225'600'000'000, 0), kDone);
  JobHead next = head_of("press", 7, 1'767'225'600'000'001);
  next.group = "factory-2";
  next.version = 3;
  next.state = job::RunState::stopped;
  next.control = job::Control::stop;
  next.requested_version = 3;
  next.destinations = {.to_stream = false, .to_topic = std::nullopt};
  next.request_digest = "other";
  ASSERT_EQ(outcome(this->store_->set_head(next, 1'767'225'600'000'000)), kDone);
  const JobHead got = this->head("press");
  EXPECT_EQ(got.job, "press");
  EXPECT_EQ(got.revision, next.revision);
  EXPECT_EQ(got.group, "factory-2");
  EXPECT_EQ(got.latest, 7);
  EXPECT_EQ(got.version, 3);
  EXPECT_EQ(got.state, job::RunState::stopped);
  EXPECT_EQ(got.control, job::Control::stop);
  EXPECT_EQ(got.requested_version, 3);
  EXPECT_EQ(got.destinations, next.destinations);
  EXPECT_EQ(got.request_digest, "other");
}

TYPED_TEST_P(JobStoreContract, TakesTextsThatAreNoCode) {
  const std::string odd = "Robert'); DROP TABLE jobs;-- \"ü\" \\ 東京 %_?";
  ASSERT_EQ(this->deploy(odd, 1, 100, 0), kDone);
  EXPECT_EQ(this->head(odd).job, odd);
  EXPECT_TRUE(this->has_version(odd, 1));
  EXPECT_FALSE(this->has_version("Robert", 1));
}

TYPED_TEST_P(JobStoreContract, TellsJobsApartByEveryLetter) {
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  EXPECT_FALSE(this->store_->head("Press")->has_value());
  EXPECT_FALSE(this->store_->head("press ")->has_value());
  EXPECT_EQ(this->deploy("Press", 1, 100, 0), kDone);
}

TYPED_TEST_P(JobStoreContract, KeepsADocumentOfMegabytes) {
  JobVersion row = version_of("press", 1);
  row.job_details = std::string(4'194'304, 'x');
  ASSERT_EQ(outcome(this->store_->add_version(row, head_of("press", 1, 100), 0)), kDone);
  EXPECT_EQ((*this->store_->version("press", 1))->job_details, row.job_details);
}

TYPED_TEST_P(JobStoreContract, ListsOneHeadAJob) {
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  ASSERT_EQ(this->deploy("press", 2, 101, 100), kDone);
  ASSERT_EQ(this->deploy("oven", 1, 100, 0), kDone);
  std::vector<std::string> listed;
  for (const JobHead& head : *this->store_->heads()) listed.push_back(head.job + " " + std::to_string(head.version));
  EXPECT_THAT(listed, testing::UnorderedElementsAre("oven 1", "press 2"));
}

TYPED_TEST_P(JobStoreContract, NeverOverwritesAVersion) {
  ASSERT_EQ(this->deploy("press", 5, 100, 0), kDone);
  JobVersion other = version_of("press", 5);
  other.machine = "another machine";
  EXPECT_EQ(outcome(this->store_->add_version(other, head_of("press", 5, 101), 100)), kExists);
  EXPECT_EQ((*this->store_->version("press", 5))->machine, "machine 1");
  EXPECT_EQ(this->head("press").revision, 100) << "the head does not move alone";
}

TYPED_TEST_P(JobStoreContract, ANewJobIsNewOnce) {
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  EXPECT_EQ(this->deploy("press", 2, 101, 0), kStale);
  EXPECT_FALSE(this->has_version("press", 2)) << "the version is not added alone";
}

TYPED_TEST_P(JobStoreContract, OnlyTheRevisionThatWasReadIsReplaced) {
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  EXPECT_EQ(outcome(this->store_->set_head(head_of("press", 1, 102), 99)), kStale);
  EXPECT_EQ(outcome(this->store_->set_head(head_of("press", 1, 102), 0)), kStale);
  EXPECT_EQ(this->head("press").revision, 100);
  EXPECT_EQ(outcome(this->store_->set_head(head_of("press", 1, 102), 100)), kDone);
  EXPECT_EQ(outcome(this->store_->set_head(head_of("press", 1, 103), 100)), kStale);
}

TYPED_TEST_P(JobStoreContract, MovesNoHeadThatIsNotThere) {
  EXPECT_EQ(outcome(this->store_->set_head(head_of("press", 1, 1), 0)), kStale);
  EXPECT_EQ(this->deploy("press", 2, 101, 100), kStale);
  EXPECT_FALSE(this->store_->head("press")->has_value());
  EXPECT_FALSE(this->has_version("press", 2));
}

TYPED_TEST_P(JobStoreContract, TwoHandlesThatReadTheSameHeadCannotBothMoveIt) {
  const auto other = this->backend_.open();
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  const JobHead read_here = this->head("press");
  const JobHead read_there = **other->head("press");
  EXPECT_EQ(outcome(other->add_version(version_of("press", 2), head_of("press", 2, 101), read_there.revision)), kDone);
  EXPECT_EQ(this->deploy("press", 2, 102, read_here.revision), kStale);
  EXPECT_EQ(this->head("press").revision, 101) << "what the other wrote is seen here";
  EXPECT_EQ(this->deploy("press", 3, 102, 101), kDone);
}

TYPED_TEST_P(JobStoreContract, TwoHandlesRacingForVersionsLoseNone) {
  constexpr job::Version kEach = 25;
  const auto add_versions = [](JobStore& store) {
    for (job::Version added = 0; added < kEach;) {
      const auto head = store.head("press");
      if (!head) return head.error().text;
      const JobHead last = head->value_or(head_of("press", 0, 0));
      const job::Version next = last.latest + 1;
      const auto result =
          store.add_version(version_of("press", next), head_of("press", next, last.revision + 1), last.revision);
      if (result) ++added;
      else if (result.error().code == StoreError::failed) return result.error().text;
    }
    return kDone;
  };
  const auto other = this->backend_.open();
  std::string there;
  std::thread racer{[&] { there = add_versions(*other); }};
  const std::string here = add_versions(*this->store_);
  racer.join();
  EXPECT_EQ(here, kDone);
  EXPECT_EQ(there, kDone);
  EXPECT_EQ(this->head("press").latest, 2 * kEach);
  EXPECT_EQ(this->head("press").revision, 2 * kEach);
  for (job::Version v = 1; v <= 2 * kEach; ++v) EXPECT_TRUE(this->has_version("press", v)) << v;
}

TYPED_TEST_P(JobStoreContract, WhatWasDoneIsThereAfterReopening) {
  ASSERT_EQ(this->deploy("press", 1, 100, 0), kDone);
  this->store_.reset();
  this->store_ = this->backend_.open();
  EXPECT_EQ(this->head("press").revision, 100);
  EXPECT_TRUE(this->has_version("press", 1));
}

REGISTER_TYPED_TEST_SUITE_P(JobStoreContract, KnowsNothingAtFirst, GivesAVersionBackAsItWas, GivesAHeadBackAsItWas,
                            TakesTextsThatAreNoCode, TellsJobsApartByEveryLetter, KeepsADocumentOfMegabytes,
                            ListsOneHeadAJob, NeverOverwritesAVersion, ANewJobIsNewOnce,
                            OnlyTheRevisionThatWasReadIsReplaced, MovesNoHeadThatIsNotThere,
                            TwoHandlesThatReadTheSameHeadCannotBothMoveIt, TwoHandlesRacingForVersionsLoseNone,
                            WhatWasDoneIsThereAfterReopening);

}  // namespace m2c2::store
