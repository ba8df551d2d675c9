// SPDX-License-Identifier: Apache-2.0
#include "job/wanted.hpp"

#include <gmock/gmock.h>

#include "job/edited_sample.hpp"
#include "job/error.hpp"
#include "job/json.hpp"

namespace m2c2::job {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Wanted wanted_start() {
  return {.job = "job-machine1",
          .revision = 1716,
          .control = Control::start,
          .requested_version = 1,
          .version = 1,
          .state = RunState::running,
          .destinations = {.to_stream = {}, .to_topic = true},
          .request = Edited{"opcda-deploy"}.document()};
}

/// The document with one member replaced.
std::string edited(const std::string& text, std::string_view key, boost::json::value value) {
  auto document = boost::json::parse(text);
  document.as_object()[key] = std::move(value);
  return boost::json::serialize(document);
}

std::string fault(const auto& result) {
  if (result) return "";
  EXPECT_EQ(result.error().code, JobError::invalid);
  return result.error().text;
}

TEST(Wanted, IsWrittenInReadableOrder) {
  auto wanted = wanted_start();
  wanted.request = {{"job", nullptr}};
  EXPECT_EQ(to_json(wanted),
            R"({"job":"job-machine1","revision":1716,"control":"start","requested-version":"1","version":"1",)"
            R"("state":"running","send-data-to-iot-topic":true,"request":{"job":null}})");
}

TEST(Wanted, ComesBackAsItWasWritten) {
  const Wanted wanted = wanted_start();
  const auto parsed = parse_wanted(to_json(wanted));
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(to_json(parsed->wanted), to_json(wanted));
  EXPECT_EQ(parsed->wanted.control, Control::start);
  EXPECT_EQ(parsed->wanted.requested_version, 1);
  EXPECT_EQ(parsed->wanted.destinations, wanted.destinations);
  EXPECT_EQ(parsed->wanted.request, wanted.request);
  EXPECT_EQ(parsed->definition.machine, "machine 1");
}

TEST(Wanted, MayHaveMembersThatAreNotKnown) {
  EXPECT_TRUE(parse_wanted(edited(to_json(wanted_start()), "updated", "2021-02-19 01:25:28.426170")));
}

TEST(Wanted, SaysAllThatIsWrongWithIt) {
  auto text = edited(to_json(wanted_start()), "revision", -1);
  text = edited(text, "state", "paused");
  text = edited(text, "control", 5);
  EXPECT_THAT(fault(parse_wanted(text)), AllOf(HasSubstr("(revision)"), HasSubstr("(state)"), HasSubstr("(control)")));
  EXPECT_THAT(fault(parse_wanted("{}")), AllOf(HasSubstr("(job)"), HasSubstr("(version)"), HasSubstr("(request)")));
  EXPECT_THAT(fault(parse_wanted("{")), HasSubstr("not JSON"));
  EXPECT_THAT(fault(parse_wanted("")), HasSubstr("not JSON"));
}

TEST(Wanted, HoldsARequestThatValidates) {
  const auto request = Edited{"opcda-deploy"}.set("/job/machine-details/data-parameters/attributes", 5);
  EXPECT_THAT(fault(parse_wanted(edited(to_json(wanted_start()), "request", request.document()))),
              HasSubstr("(request.job.machine-details.data-parameters.attributes)"));
}

TEST(Wanted, HoldsTheRequestOfItsJobAndVersion) {
  const auto text = to_json(wanted_start());
  EXPECT_THAT(fault(parse_wanted(edited(text, "job", "other"))),
              HasSubstr("It is of job 'job-machine1', not of 'other'"));
  EXPECT_THAT(fault(parse_wanted(edited(text, "version", "2"))), HasSubstr("It is of version 1, not of 2"));
  EXPECT_THAT(fault(parse_wanted(edited(text, "request", Edited{"stop"}.document()))), HasSubstr("It defines no job"));
}

TEST(Wanted, HasAJobNameThatIsAFileName) {
  EXPECT_THAT(fault(parse_wanted(edited(to_json(wanted_start()), "job", "../x"))), HasSubstr("(job)"));
}

TEST(Wanted, TakesTheDeepestRequestThatIsAccepted) {
  std::string deep = "1";
  for (std::size_t i = 0; i + 2 < kMostRequestDepth; ++i) deep = "[" + deep + "]";
  const Edited request = Edited{"opcda-deploy"}.set_json("/job/x", deep);
  ASSERT_TRUE(parse_request(request.text()));
  auto wanted = wanted_start();
  wanted.request = request.document();
  EXPECT_EQ(fault(parse_wanted(to_json(wanted))), "");
}

TEST(Command, ToPushCarriesTheRequest) {
  const Command command{
      .control = Control::push, .job = "job-machine1", .version = 1, .request = Edited{"opcda-deploy"}.document()};
  const auto parsed = parse_command(to_json(command));
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(to_json(parsed->command), to_json(command));
  EXPECT_EQ(parsed->definition->machine, "machine 1");
  EXPECT_THAT(fault(parse_command(R"({"control":"push","job":"a"})")), HasSubstr("(request)"));
}

TEST(Command, ToPullCarriesNone) {
  const Command command{.control = Control::pull, .job = "job-machine1", .version = {}, .request = {}};
  EXPECT_EQ(to_json(command), R"({"control":"pull","job":"job-machine1"})");
  const auto parsed = parse_command(to_json(command));
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->command.control, Control::pull);
  EXPECT_EQ(parsed->definition, std::nullopt);
}

TEST(Command, IsPushOrPull) {
  EXPECT_THAT(fault(parse_command(R"({"control":"start","job":"a"})")), HasSubstr("give 'push' or 'pull'"));
  EXPECT_THAT(fault(parse_command("[]")), HasSubstr("no JSON object"));
}

TEST(PulledRequest, SaysWhenItWasUpdated) {
  const WallTime at{std::chrono::sys_days{std::chrono::year{2021} / 2 / 19} + std::chrono::microseconds{426'170}};
  const boost::json::object request{{"job", {{"control", "deploy"}, {"gg-group-id", "factory-1"}}}};
  EXPECT_EQ(to_json(with_last_update(request, at)), R"({"job":{"control":"deploy","gg-group-id":"factory-1",)"
                                                    R"("_last-update-timestamp_":"2021-02-19 00:00:00.426170"}})");
}

TEST(PulledRequest, CanBeDeployedAgain) {
  EXPECT_TRUE(parse_request(to_json(with_last_update(Edited{"opcda-deploy"}.document(), WallTime{}))));
}

}  // namespace
}  // namespace m2c2::job
