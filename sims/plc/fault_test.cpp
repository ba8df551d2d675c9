// Faults: what their texts mean. What they do stands in session_test.cpp and server_test.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/fault.hpp"

#include <gmock/gmock.h>

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Fault, FaultsAddUpUntilNone) {
  Faults faults;
  for (const char* text : {"delay:500ms", "drop:0.25", "split:3", "close:100", "silence", "late", "stale-serial",
                           "wrong-route", "garbage", "one-client"}) {
    ASSERT_TRUE(apply_fault(faults, text)) << text;
  }
  EXPECT_EQ(faults.delay, 500ms);
  EXPECT_EQ(faults.drop, 0.25);
  EXPECT_EQ(faults.split, 3);
  EXPECT_EQ(faults.close, 100);
  EXPECT_TRUE(faults.silence && faults.late && faults.stale_serial && faults.wrong_route && faults.garbage);
  EXPECT_TRUE(faults.one_client);
  ASSERT_TRUE(apply_fault(faults, "none"));
  EXPECT_EQ(faults.delay, 0s);
  EXPECT_FALSE(faults.silence);
}

TEST(Fault, ADeviceHasOneErrorTheLastOneGiven) {
  Faults faults;
  ASSERT_TRUE(apply_fault(faults, "error:C056@D500"));
  ASSERT_TRUE(apply_fault(faults, "error:4031@D500"));
  ASSERT_TRUE(apply_fault(faults, "error:C059"));
  ASSERT_THAT(faults.errors, SizeIs(2));
  EXPECT_EQ(faults.errors[0].end_code, 0x4031);
  EXPECT_EQ(faults.errors[0].device, (slmp::Device{0xA8, 500}));
  EXPECT_FALSE(faults.errors[1].device.has_value());
}

TEST(Fault, WhatIsNoneIsSaidInWordsAndChangesNothing) {
  Faults faults;
  EXPECT_THAT(apply_fault(faults, "fire").error(), HasSubstr("'fire' is not a fault; write delay:500ms"));
  EXPECT_THAT(apply_fault(faults, "").error(), HasSubstr("is not a fault"));
  EXPECT_THAT(apply_fault(faults, "delay").error(), HasSubstr("is not a duration"));
  EXPECT_THAT(apply_fault(faults, "drop:1.5").error(), HasSubstr("is not a fraction"));
  EXPECT_THAT(apply_fault(faults, "split:0").error(), HasSubstr("is not a count"));
  EXPECT_THAT(apply_fault(faults, "error:0000").error(), HasSubstr("is not an end code"));
  EXPECT_THAT(apply_fault(faults, "error:C059@").error(), HasSubstr("is not a device"));
  EXPECT_THAT(apply_fault(faults, "silence:1").error(), HasSubstr("is not a fault"));
  EXPECT_TRUE(faults.errors.empty());
  EXPECT_FALSE(faults.silence);
}

}  // namespace
}  // namespace m2c2::sim
