// The status says what runs, and stays small enough for any broker.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/status.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace m2c2::gateway {
namespace {

Status busy() {
  Status status;
  status.version = "1.2.3";
  status.jobs = {"job1", "machine \"2\""};
  status.polls = 1000;
  status.polls_missed = 3;
  status.machines_lost = 1;
  status.stream = {.appended = 9,
                   .rejected = 4,
                   .unwanted = 0,
                   .waiting = 70,
                   .bytes = 800,
                   .max_bytes = 1000,
                   .trouble = "disk full",
                   .cursors = {{"topic", 5, 640, 2}, {"archive", 1, 90, 0}}};
  exporters::PumpStats archive;
  archive.delivered = 8;
  archive.bytes = 720;
  archive.held = 1;
  archive.retries = 7;
  archive.rejected = 6;
  archive.failing_since = WallTime{};
  archive.why = "no folder";
  status.exporters = {{"archive", archive}};
  status.at = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
  return status;
}

TEST(Status, SaysHowTheGatewayDoes) {
  EXPECT_EQ(boost::json::parse(online_payload(busy())), boost::json::parse(R"({
    "state": "online", "version": "1.2.3", "jobs": ["job1", "machine \"2\""], "jobs-running": 2,
    "polls": 1000, "polls-missed": 3, "machines-lost": 1,
    "stream": {"bytes": 800, "max-bytes": 1000, "waiting": 70, "appended": 9, "rejected": 4, "unwanted": 0,
               "trouble": "disk full",
               "exporters": {"topic": {"lag": 5, "lag-bytes": 640, "lost": 2},
                             "archive": {"lag": 1, "lag-bytes": 90, "lost": 0, "delivered": 8, "delivered-bytes": 720,
                                         "held": 1, "retries": 7, "rejected": 6, "failing": "no folder"}}},
    "_timestamp_": "2026-03-01 00:00:00.000000"})"));
}

TEST(Status, IsAsMuchAsTheBrokerTakesAndSaysThatItIsNotAll) {
  Status status = busy();
  status.jobs.clear();
  for (int i = 0; i < 20'000; ++i) status.jobs.push_back("a-job-with-a-name-of-some-length-" + std::to_string(i));
  const std::string payload = online_payload(status);
  EXPECT_LE(payload.size(), kMostStatusBytes);
  EXPECT_GT(payload.size(), kMostStatusBytes - 100);
  const auto document = boost::json::parse(payload).as_object();
  EXPECT_EQ(document.at("jobs-truncated"), true);
  EXPECT_EQ(document.at("jobs-running"), 20'000);
  EXPECT_EQ(document.at("jobs").as_array().front(), "a-job-with-a-name-of-some-length-0");
}

TEST(Status, ListsJobsToTheLastByteThatFits) {
  Status status = busy();
  for (int i = 10; i < 30; ++i) status.jobs.push_back("job" + std::to_string(i));
  const std::string whole = online_payload(status);
  EXPECT_EQ(online_payload(status, whole.size()), whole);
  EXPECT_FALSE(whole.contains("jobs-truncated"));
  const std::string less = online_payload(status, whole.size() - 1);
  EXPECT_LE(less.size(), whole.size() - 1);
  EXPECT_EQ(boost::json::parse(less).at("jobs-truncated"), true);
}

TEST(Status, LastWillSaysOffline) { EXPECT_EQ(offline_payload(), R"({"state":"offline"})"); }

}  // namespace
}  // namespace m2c2::gateway
