// The job store in DynamoDB: the contract, and every request failing in turn, before and after it took effect, with
// other builders in between.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/dynamo_store.hpp"

#include <fmt/format.h>

#include "log/log.hpp"
#include "store/job_store_test.hpp"
#include "tests/support/fake_dynamodb.hpp"

namespace m2c2::store {
namespace {

using dynamodb::DynamoStore;
using test::FakeDynamoDb;
using test::Fault;
using test::FaultyApi;
using testing::HasSubstr;

struct DynamoTable {
  std::unique_ptr<JobStore> open() {
    return std::make_unique<DynamoStore>(std::make_unique<FaultyApi>(*server), "m2c2-jobs");
  }
  std::unique_ptr<FakeDynamoDb> server = std::make_unique<FakeDynamoDb>();
};

INSTANTIATE_TYPED_TEST_SUITE_P(Dynamo, JobStoreContract, DynamoTable);

/// One builder with its own connection. Its versions are told by their machine's name.
struct Builder {
  Builder(FakeDynamoDb& server, std::string named) : name{std::move(named)} {
    auto connection = std::make_unique<FaultyApi>(server);
    api = connection.get();
    store = std::make_unique<DynamoStore>(std::move(connection), "m2c2-jobs");
  }

  JobHead head() {
    const auto found = store->head("press");
    EXPECT_EQ(outcome(found), kDone);
    return found->value_or(head_of("press", 0, 0));
  }
  JobVersion row(job::Version version) const {
    JobVersion row = version_of("press", version);
    row.machine = name;
    if (is_large) row.job_details = std::string(800'000, 'x');
    return row;
  }
  /// A version above the last that was read.
  std::string deploy(const JobHead& last) {
    api->calls = 0;
    return outcome(
        store->add_version(row(last.latest + 1), head_of("press", last.latest + 1, last.revision + 1), last.revision));
  }
  std::string deploy() { return deploy(head()); }
  std::string stop(const JobHead& last) {
    api->calls = 0;
    JobHead next = last;
    next.revision = last.revision + 1;
    next.state = job::RunState::stopped;
    return outcome(store->set_head(next, last.revision));
  }

  std::string name;
  bool is_large = false;
  FaultyApi* api = nullptr;
  std::unique_ptr<DynamoStore> store;
};

class DynamoStoreFaults : public testing::TestWithParam<bool> {
 protected:
  DynamoStoreFaults() { log::set_level(log::Level::off); }

  /// A table with version 1, and how many requests the deploy of one more takes.
  static std::size_t requests_of_a_deploy() {
    FakeDynamoDb server;
    Builder builder = builder_at(server, "a");
    EXPECT_EQ(builder.deploy(), kDone);
    EXPECT_EQ(builder.deploy(), kDone);
    return builder.api->calls;
  }
  static Builder builder_at(FakeDynamoDb& server, const char* name) {
    Builder builder{server, name};
    builder.is_large = GetParam();
    return builder;
  }

  /// What every reader must find: head and versions agree, and each version is whole.
  static void expect_whole(FakeDynamoDb& server, job::Version latest, const std::string& when) {
    Builder reader{server, "reader"};
    const auto heads = reader.store->heads();
    ASSERT_EQ(outcome(heads), kDone) << when;
    ASSERT_EQ(heads->size(), 1U) << when;
    EXPECT_EQ(heads->front().latest, latest) << when;
    EXPECT_EQ(reader.head().revision, heads->front().revision) << when;
    for (job::Version v = 1; v <= latest + 1; ++v) {
      const auto version = reader.store->version("press", v);
      ASSERT_EQ(outcome(version), kDone) << when;
      EXPECT_EQ(version->has_value(), v <= latest) << when << ", version " << v;
      if (*version) EXPECT_EQ((*version)->job_details.size() > 1'000, GetParam()) << when;
      EXPECT_EQ(server.items.contains({"press", v}), v <= latest)
          << when << ": for those who read the table themselves";
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Requests, DynamoStoreFaults, testing::Bool(),
                         [](const auto& info) { return info.param ? "OfManyItems" : "OfOneItem"; });

TEST_P(DynamoStoreFaults, ABuilderThatDiesAtAnyRequestLeavesAllOrNothingAndTheNextGoesOn) {
  const std::size_t requests = requests_of_a_deploy();
  ASSERT_GE(requests, 4U);
  std::size_t all = 0;
  for (std::size_t at = 0; at < requests; ++at)
    for (const Fault fault : {Fault::lost_request, Fault::lost_answer}) {
      const std::string when = fmt::format("request {}, fault {}", at, static_cast<int>(fault));
      FakeDynamoDb server;
      Builder dying = builder_at(server, "dying");
      ASSERT_EQ(dying.deploy(), kDone);
      const JobHead last = dying.head();
      dying.api->fails_at = at;
      dying.api->fault = fault;
      dying.api->dies = true;
      const std::string said = dying.deploy(last);

      const bool is_there = server.items.at({"press", 0}).at("latest").at("N") == "2";
      all += is_there ? 1 : 0;
      EXPECT_TRUE(said != kDone || is_there) << when;
      const job::Version latest = is_there ? 2 : 1;
      expect_whole(server, latest, when);
      EXPECT_EQ(builder_at(server, "next").deploy(), kDone) << when;
      expect_whole(server, latest + 1, when);
    }
  EXPECT_GT(all, 0U);
  EXPECT_LT(all, 2 * requests);
}

TEST_P(DynamoStoreFaults, AnotherBuilderDeploysOverAVersionThatWasHalfWay) {
  const std::size_t requests = requests_of_a_deploy();
  for (std::size_t at = 0; at < requests; ++at) {
    FakeDynamoDb server;
    Builder dying = builder_at(server, "dying");
    ASSERT_EQ(dying.deploy(), kDone);
    const JobHead last = dying.head();
    dying.api->fails_at = at;
    dying.api->fault = Fault::lost_answer;
    dying.api->dies = true;
    dying.deploy(last);
    Builder next = builder_at(server, "next");
    ASSERT_EQ(next.deploy(), kDone) << "without a look at anything but the head";
    const job::Version latest = next.head().latest;
    expect_whole(server, latest, fmt::format("request {}", at));
    EXPECT_EQ((*next.store->version("press", latest))->machine, "next");
  }
}

TEST_P(DynamoStoreFaults, OneLostRequestOrAnswerNeverMakesItTellAnUntruth) {
  const std::size_t requests = requests_of_a_deploy();
  for (std::size_t at = 0; at < requests; ++at)
    for (const Fault fault : {Fault::lost_request, Fault::lost_answer, Fault::second_try}) {
      const std::string when = fmt::format("request {}, fault {}", at, static_cast<int>(fault));
      FakeDynamoDb server;
      Builder builder = builder_at(server, "a");
      ASSERT_EQ(builder.deploy(), kDone);
      const JobHead last = builder.head();
      builder.api->fails_at = at;
      builder.api->fault = fault;
      const std::string said = builder.deploy(last);
      const bool is_there = server.items.at({"press", 0}).at("latest").at("N") == "2";
      EXPECT_EQ(said == kDone, is_there) << when << ": " << said;
      EXPECT_TRUE(is_there || fault != Fault::second_try) << when;
      expect_whole(server, is_there ? 2 : 1, when);
    }
}

TEST_P(DynamoStoreFaults, AnotherBuilderBetweenAnyTwoRequestsCostsNoVersion) {
  const std::size_t requests = requests_of_a_deploy();
  std::size_t stale = 0;
  for (std::size_t at = 0; at < requests; ++at) {
    const std::string when = fmt::format("request {}", at);
    FakeDynamoDb server;
    Builder mine = builder_at(server, "mine");
    Builder other = builder_at(server, "other");
    ASSERT_EQ(mine.deploy(), kDone);
    const JobHead last = mine.head();
    mine.api->before = [&](std::size_t number) {
      if (number == at) EXPECT_EQ(other.deploy(), kDone) << when;
    };
    const std::string said = mine.deploy(last);
    mine.api->before = {};
    stale += said == kStale ? 1 : 0;
    EXPECT_TRUE(said == kDone || said == kStale) << when << said;
    expect_whole(server, said == kDone ? 3 : 2, when);
    EXPECT_EQ((*other.store->version("press", 2))->machine, said == kDone ? "mine" : "other") << when;
    EXPECT_EQ((*other.store->version("press", said == kDone ? 3 : 2))->machine, "other") << when;
  }
  EXPECT_GT(stale, 0U);
  EXPECT_LT(stale, requests);
}

TEST_P(DynamoStoreFaults, AWriteIsKnownAsOnesOwnHoweverFarOthersHaveGoneSince) {
  const std::size_t requests = requests_of_a_deploy();
  for (const int others : {1, 40})
    for (std::size_t at = 0; at < requests; ++at) {
      const std::string when = fmt::format("request {}, {} others", at, others);
      FakeDynamoDb server;
      Builder mine = builder_at(server, "mine");
      Builder other{server, "other"};
      ASSERT_EQ(mine.deploy(), kDone);
      const JobHead last = mine.head();
      mine.api->fails_at = at;
      mine.api->fault = Fault::second_try;
      mine.api->between = [&] {
        for (int i = 0; i < others; ++i) ASSERT_EQ(other.deploy(), kDone);
      };
      const std::string said = mine.deploy(last);
      const std::string second = (*other.store->version("press", 2))->machine;
      EXPECT_EQ(said == kDone, second == "mine") << when << ": " << said;
      EXPECT_EQ(other.head().latest, 1 + others + (said == kDone ? 1 : 0)) << when;
    }
}

class DynamoStoreTable : public testing::Test {
 protected:
  DynamoStoreTable() { log::set_level(log::Level::off); }

  FakeDynamoDb server_;
  Builder builder_{server_, "a"};
};

TEST_F(DynamoStoreTable, AStopIsKnownAsOnesOwnThoughOthersWentOn) {
  for (const Fault fault : {Fault::lost_answer, Fault::second_try}) {
    ASSERT_EQ(builder_.deploy(), kDone);
    const JobHead last = builder_.head();
    Builder other{server_, "other"};
    builder_.api->fails_at = 0;
    builder_.api->fault = fault;
    builder_.api->between = [&] { ASSERT_EQ(other.deploy(), kDone); };
    EXPECT_EQ(builder_.stop(last), kDone);
    builder_.api->fails_at = SIZE_MAX;
  }
}

TEST_F(DynamoStoreTable, AStopThatNeverArrivedIsAFailure) {
  ASSERT_EQ(builder_.deploy(), kDone);
  const JobHead last = builder_.head();
  builder_.api->fails_at = 0;
  EXPECT_EQ(builder_.stop(last), "connection lost");
  builder_.api->fails_at = SIZE_MAX;
  EXPECT_EQ(builder_.stop(last), kDone);
}

TEST_F(DynamoStoreTable, SaysThatItIsNotKnownWhetherItWasStored) {
  ASSERT_EQ(builder_.deploy(), kDone);
  const JobHead last = builder_.head();
  builder_.api->fails_at = 0;
  builder_.api->fault = Fault::lost_answer;
  builder_.api->dies = true;
  EXPECT_EQ(builder_.stop(last), "connection lost; it is not known whether the change was stored");
}

TEST_F(DynamoStoreTable, PartsOfOtherAttemptsAreNeverSeen) {
  builder_.is_large = true;
  ASSERT_EQ(builder_.deploy(), kDone);
  const JobHead last = builder_.head();
  builder_.api->fails_at = 2;  // the second part
  builder_.api->dies = true;
  EXPECT_EQ(builder_.deploy(last), "connection lost");
  Builder next{server_, "next"};
  EXPECT_EQ(next.store->heads()->size(), 1U);
  EXPECT_EQ(next.deploy(), kDone);
  EXPECT_EQ((*next.store->version("press", 2))->job_details, version_of("press", 2).job_details);
}

TEST_F(DynamoStoreTable, ADamagedHeadKeepsNoOtherJobFromItsGateway) {
  ASSERT_EQ(builder_.deploy(), kDone);
  ASSERT_EQ(outcome(builder_.store->add_version(version_of("oven", 1), head_of("oven", 1, 100), 0)), kDone);
  server_.items.at({"oven", 0}).erase("state");
  const auto heads = builder_.store->heads();
  ASSERT_EQ(outcome(heads), kDone);
  ASSERT_EQ(heads->size(), 1U);
  EXPECT_EQ(heads->front().job, "press");
  EXPECT_THAT(outcome(builder_.store->head("oven")),
              testing::AllOf(HasSubstr("\"oven\""), HasSubstr("state is missing")));
}

TEST_F(DynamoStoreTable, GoesOnFromWhatTheOriginalLeftInIt) {
  for (const job::Version version : {3, 9, 10}) {
    auto item = dynamodb::items_of(version_of("press", version), "")->item;
    item.erase("write");
    server_.items[{"press", version}] = item;
  }
  EXPECT_TRUE(builder_.store->heads()->empty()) << "m2c2 wants nothing of gateways that are not its own";
  const JobHead adopted = builder_.head();
  EXPECT_EQ(adopted.revision, 0);
  EXPECT_EQ(adopted.latest, 10);
  EXPECT_EQ(adopted.group, "factory-1");
  JobHead started = adopted;
  started.revision = 100;
  started.version = 9;
  EXPECT_EQ(outcome(builder_.store->set_head(started, 0)), kDone);
  EXPECT_EQ(builder_.head().version, 9);
  EXPECT_EQ(outcome(builder_.store->set_head(started, 0)), kStale);
  EXPECT_EQ(builder_.deploy(), kDone);
  EXPECT_EQ(builder_.head().latest, 11);
}

}  // namespace
}  // namespace m2c2::store
