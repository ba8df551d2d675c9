// The OPC DA part of a job.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "job/edited_sample.hpp"

namespace m2c2::job {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

OpcdaJob opcda_job(const Edited& request) { return std::get<OpcdaJob>(request.request().definition->protocol); }

/// The sample with one attribute alone. `'` stands for `"`.
Edited reading(const std::string& function, const std::string& addresses) {
  return Edited{"opcda-deploy"}.set_json(kAttributes,
                                         "[{'function':'" + function + "','address-list':" + addresses + "}]");
}

TEST(Opcda, IsReadFromTheSample) {
  const auto job = opcda_job(Edited{"opcda-deploy"});
  EXPECT_EQ(job.host, "169.254.89.33");
  EXPECT_EQ(job.server, "Matrikon.OPC.Simulation.1");
  ASSERT_THAT(job.attributes, SizeIs(2));
  EXPECT_EQ(job.attributes[0].function, OpcdaFunction::read_list);
  EXPECT_THAT(job.attributes[0].addresses, ElementsAre("Simulation Items.Random.*Int*"));
  EXPECT_EQ(job.attributes[1].function, OpcdaFunction::read_tags);
  EXPECT_THAT(job.attributes[1].addresses, ElementsAre("Random.Int2", "Random.Int4"));
}

TEST(Opcda, NeedsAServerAndAnAddress) {
  for (const auto* key : {"machine-ip", "opcda-server-name"})
    EXPECT_THAT(Edited{"opcda-deploy"}.erase(kConnectivity, key).problems(),
                ElementsAre(StartsWith(std::string{"Parameter "} + key + " not found in job request.")));
  EXPECT_THAT(Edited{"opcda-deploy"}.set(std::string{kConnectivity} + "/opcda-server-name", "").problems(),
              ElementsAre(HasSubstr("Value opcda-server-name out of range. '' is empty")));
}

TEST(Opcda, MayNameThePortAndTheWayToRead) {
  const auto usual = opcda_job(Edited{"opcda-deploy"});
  EXPECT_EQ(usual.port, 7766);
  EXPECT_EQ(usual.read_mode, OpcdaReadMode::sync);
  const std::string at = std::string{kConnectivity} + "/";
  const auto given =
      opcda_job(Edited{"opcda-deploy"}.set(at + "port-number", 7799).set(at + "opcda-read-mode", "Async"));
  EXPECT_EQ(given.port, 7799);
  EXPECT_EQ(given.read_mode, OpcdaReadMode::async);
  EXPECT_THAT(Edited{"opcda-deploy"}.set(at + "port-number", 0).set(at + "opcda-read-mode", "group").problems(),
              ElementsAre(HasSubstr("port-number"), HasSubstr("opcda-read-mode")));
}

TEST(Opcda, TakesAListWithCommasAsWell) {
  EXPECT_THAT(opcda_job(reading("read_tags", "'a.b, c d,  e'")).attributes.at(0).addresses,
              ElementsAre("a.b", "c d", "e"));
  EXPECT_THAT(reading("read_tags", "'a,,b'").problems(),
              ElementsAre(StartsWith("Value address-list out of range. ''")));
  EXPECT_THAT(reading("read_tags", "''").problems(), SizeIs(1));
}

TEST(Opcda, KeepsCommasInTheItemsOfAnArray) {
  EXPECT_THAT(opcda_job(reading("read_tags", "['a,b']")).attributes.at(0).addresses, ElementsAre("a,b"));
}

TEST(Opcda, ReadsTextsThatAreNotEmpty) {
  EXPECT_THAT(reading("read_tags", "['a','',5]").problems(),
              ElementsAre(StartsWith("Value address-list[1] out of range. '' is empty;"),
                          StartsWith("Parameter address-list[2] must be string. Found 5;")));
  EXPECT_THAT(reading("read_tags", "[]").problems(), ElementsAre(HasSubstr("Found an empty array")));
  EXPECT_THAT(reading("read_tags", "{}").problems(), ElementsAre(HasSubstr("must be array. Found an object")));
  EXPECT_THAT(Edited{"opcda-deploy"}.set_json(kAttributes, "[{'function':'read_tags'}]").problems(),
              ElementsAre(StartsWith("Parameter address-list not found")));
}

TEST(Opcda, HasTwoFunctions) {
  EXPECT_THAT(
      reading("device_read", "['a']").problems(),
      ElementsAre(StartsWith("Unsupported protocol function. Found 'device_read'; give 'read_list' or 'read_tags'.")));
}

TEST(Opcda, RefusesItemsThatShareATopic) {
  EXPECT_THAT(reading("read_tags", "['a.b','a-b']").problems(),
              ElementsAre("Value address-list[1] out of range. 'a-b' and 'a.b' share the topic level 'a-b'; leave one "
                          "out. (job.machine-details.data-parameters.attributes[0].address-list[1])"));
  EXPECT_THAT(reading("read_tags", "['a/b','a_b']").problems(), SizeIs(1));
  EXPECT_THAT(reading("read_tags", "['a.b','a.b']").problems(), IsEmpty()) << "an entry for each";
  EXPECT_THAT(reading("read_tags", "['a.b','A.B']").problems(), IsEmpty());
}

TEST(Opcda, RefusesItemsThatAreNoTopicLevel) {
  EXPECT_THAT(reading("read_tags", "['info','Info']").problems(),
              ElementsAre(HasSubstr("'info' is a topic of the job")));
  EXPECT_THAT(reading("read_tags", "['a#']").problems(), ElementsAre(HasSubstr("'a#' contains '#'")));
}

TEST(Opcda, LeavesPatternsToTheServer) {
  EXPECT_THAT(reading("read_list", "['*','a#?','info','*']").problems(), IsEmpty());
}

}  // namespace
}  // namespace m2c2::job
