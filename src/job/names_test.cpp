// SPDX-License-Identifier: Apache-2.0
#include "job/names.hpp"

#include <gmock/gmock.h>

namespace m2c2::job {
namespace {

using testing::HasSubstr;
using testing::Optional;

TEST(Names, MayHaveBlanksDotsAndLettersOfAnyScript) {
  for (const auto* name : {"machine 1", "floor 1", "a.b", "Abfüllung", "包装", "$x", "..", "request"})
    EXPECT_EQ(fault_in_level(name), std::nullopt) << name;
}

TEST(Names, AreOneTopicLevel) {
  EXPECT_THAT(fault_in_level("a/b"), Optional(HasSubstr("contains '/'")));
  EXPECT_THAT(fault_in_level("a+"), Optional(HasSubstr("contains '+'")));
  EXPECT_THAT(fault_in_level("#"), Optional(HasSubstr("contains '#'")));
  EXPECT_THAT(fault_in_level(""), Optional(HasSubstr("is empty")));
  EXPECT_THAT(fault_in_level(std::string_view{"a\0b", 3}), Optional(HasSubstr("control character")));
  EXPECT_THAT(fault_in_level("a\nb"), Optional(HasSubstr("control character")));
  EXPECT_THAT(fault_in_level("a\x7F"), Optional(HasSubstr("control character")));
}

TEST(Names, LeaveOutWhatMqttForbidsBeyondAscii) {
  EXPECT_THAT(fault_in_level("a\u0085b"), Optional(HasSubstr("control character")));
  EXPECT_THAT(fault_in_level("\uFFFF"), Optional(HasSubstr("control character")));
  EXPECT_THAT(fault_in_level("\uFDD0"), Optional(HasSubstr("control character")));
}

TEST(Names, AreUtf8) {
  for (const auto* name : {"\xFF", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82"})
    EXPECT_THAT(fault_in_level(name), Optional(HasSubstr("not UTF-8"))) << name;
}

TEST(Names, AreAtMost128Bytes) {
  EXPECT_EQ(fault_in_level(std::string(128, 'a')), std::nullopt);
  EXPECT_THAT(fault_in_level(std::string(5000, 'a')), Optional(HasSubstr("is 5000 bytes long; give at most 128")));
}

TEST(Names, OfTagsDoNotShadowTheTopicsOfTheJob) {
  for (const auto* name : {"info", "error", "submit"}) EXPECT_NE(fault_in_tag(name), std::nullopt) << name;
  for (const auto* name : {"Info", "errors", "request"}) EXPECT_EQ(fault_in_tag(name), std::nullopt) << name;
}

TEST(Names, OfJobsAreFileNamesToo) {
  for (const auto* name : {"", ".", "..", ".hidden", "../../x", "a\\b", "request", "info", "error", "a/b"})
    EXPECT_NE(fault_in_job_name(name), std::nullopt) << name;
  for (const auto* name : {"job-machine1", "line 4", "a.json", "submit"})
    EXPECT_EQ(fault_in_job_name(name), std::nullopt) << name;
}

TEST(Names, OfOpcdaItemsAreSpelledAsInTheGuide) {
  EXPECT_EQ(opcda_tag_level("Random.Int2"), "Random-Int2");
  EXPECT_EQ(opcda_tag_level("Simulation Items/a.b"), "Simulation Items_a-b");
}

}  // namespace
}  // namespace m2c2::job
