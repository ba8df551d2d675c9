// SPDX-License-Identifier: Apache-2.0
#include "job/topics.hpp"

#include <gmock/gmock.h>

namespace m2c2::job::topics {
namespace {

TEST(Topics, AreTheGuides) {
  EXPECT_EQ(job_info("machine1"), "m2c2/job/machine1/info");
  EXPECT_EQ(job_error("machine1"), "m2c2/job/machine1/error");
  EXPECT_EQ(job_submit("machine1"), "m2c2/job/machine1/submit");
}

TEST(Topics, OfAGroupAreUnderItsId) {
  EXPECT_EQ(group_job("factory-1", "machine1"), "m2c2/group/factory-1/job/machine1");
  EXPECT_EQ(group_jobs("factory-1"), "m2c2/group/factory-1/job/+");
  EXPECT_EQ(group_submit("factory-1"), "m2c2/group/factory-1/submit");
  EXPECT_EQ(group_status("factory-1"), "m2c2/group/factory-1/status");
}

TEST(Topics, AreTakenApartAgain) {
  const std::string topic = group_job("factory 1", "line 4");
  const auto about = in_group_job_topic(topic);
  ASSERT_TRUE(about);
  EXPECT_EQ(about->group, "factory 1");
  EXPECT_EQ(about->job, "line 4");
  EXPECT_EQ(group_in_status_topic(group_status("factory 1")), "factory 1");
}

TEST(Topics, OfAnotherShapeAreNotTaken) {
  for (const auto* topic :
       {"", "m2c2/group/", "m2c2/group/f", "m2c2/group/f/job", "m2c2/group/f/job/", "m2c2/group//job/x",
        "m2c2/group/f/job/x/y", "m2c2/group/f/status", "m2c2/job/x/info", "m2c2/group/f/jobs/x"})
    EXPECT_FALSE(in_group_job_topic(topic)) << topic;
  for (const auto* topic : {"", "m2c2/group/", "m2c2/group/f", "m2c2/group//status", "m2c2/group/f/status/x",
                            "m2c2/group/f/job/status", "m2c2/job/status"})
    EXPECT_EQ(group_in_status_topic(topic), std::nullopt) << topic;
}

TEST(Topics, OfAMachineDependOnTheProtocol) {
  Definition definition{.site = "London", .area = "floor 1", .process = "packaging", .machine = "machine 1"};
  EXPECT_EQ(machine_prefix("machine1", definition), "m2c2/job/machine1");
  definition.protocol = OpcdaJob{};
  EXPECT_EQ(machine_prefix("machine1", definition), "m2c2/job/machine1/London/floor 1/packaging/machine 1");
}

}  // namespace
}  // namespace m2c2::job::topics
