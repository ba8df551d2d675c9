// The request around a job: what is refused, with which words, and what is let through.
// SPDX-License-Identifier: Apache-2.0
#include "job/parse.hpp"

#include <gmock/gmock.h>

#include "job/edited_sample.hpp"
#include "job/json.hpp"

namespace m2c2::job {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string refused(std::string_view text) {
  const auto parsed = parse_request(text);
  return parsed ? "" : to_text(parsed.error().problems);
}

TEST(ParseRequest, AcceptsEverySampleOfTheGuide) {
  for (const auto* name :
       {"opcda-deploy", "opcda-update", "slmp-ascii-deploy", "slmp-binary-deploy", "start", "stop", "push", "pull"}) {
    ASSERT_FALSE(sample_text(name).empty()) << name;
    EXPECT_EQ(refused(sample_text(name)), "") << name;
  }
}

TEST(ParseRequest, ReadsAStart) {
  const Request request = Edited{"start"}.request();
  EXPECT_EQ(request.control, Control::start);
  EXPECT_THAT(request.properties, ElementsAre(Property{"job-machine1", 1}));
  EXPECT_EQ(request.destinations, (Destinations{.to_stream = true, .to_topic = false}));
  EXPECT_EQ(request.definition, std::nullopt);
}

TEST(ParseRequest, GivesTheDocumentAsItCame) {
  const auto parsed = parse_request(sample_text("opcda-deploy"));
  EXPECT_EQ(parsed->document, Edited{"opcda-deploy"}.document());
}

TEST(ParseRequest, TellsAllProblemsAtOnceEachWithItsPath) {
  Edited request{"slmp-ascii-deploy"};
  request.set("/job/gg-group-id", 5)
      .set("/job/properties/0/version", "2.0")
      .set(std::string{kConnectivity} + "/port-number", 99999)
      .set(std::string{kConnectivity} + "/module", "ZZ")
      .erase(kConnectivity, "station")
      .set(std::string{kData} + "/machine-query-iterations", 5.0)
      .set(std::string{kAttributes} + "/1/address-list/words/2/tag-name", "error");
  EXPECT_THAT(
      request.problems(),
      ElementsAre(
          "Parameter version must be integer. Found '2.0'; give an integer from 1 to 9007199254740991, such as "
          "2 or '2'. (job.properties[0].version)",
          "Parameter gg-group-id must be string. Found 5; give the id of a gateway's group. (job.gg-group-id)",
          "Parameter machine-query-iterations must be integer. Found 5.0; give an integer from 1 to 30. "
          "(job.machine-details.data-parameters.machine-query-iterations)",
          "Value port-number out of range. Found 99999; give an integer from 1 to 65535. "
          "(job.machine-details.connectivity-parameters.port-number)",
          "Parameter station not found in job request. Give an integer from 0 to 120, or 255. "
          "(job.machine-details.connectivity-parameters.station)",
          AllOf(StartsWith("Value module out of range. 'ZZ' "),
                EndsWith(". (job.machine-details.connectivity-parameters.module)")),
          AllOf(StartsWith("Value tag-name out of range. 'error' is a topic of the job itself; "),
                EndsWith(" (job.machine-details.data-parameters.attributes[1].address-list.words[2].tag-name)"))));
}

TEST(ParseRequest, IsRefusedWhenItIsNoJsonObject) {
  for (const auto* text : {"", "hello", "[]", "null", "{\"job\":", "{} {}"})
    EXPECT_THAT(refused(text), StartsWith("Submitted JSON does not meet minimum requirements. It is no")) << text;
}

TEST(ParseRequest, IsRefusedWhenItIsHuge) {
  EXPECT_THAT(refused(std::string(20'000'000, ' ')), HasSubstr("It is 20000000 bytes long; send at most 4194304."));
  EXPECT_THAT(refused(std::string(100'000, '[')), HasSubstr("too deep"));
  EXPECT_THAT(refused(R"({"job":)" + std::string(100'000, '[')), HasSubstr("too deep"));
}

TEST(ParseRequest, NeedsAJob) {
  EXPECT_THAT(refused("{}"), StartsWith("Parameter job not found in job request."));
  EXPECT_THAT(refused(R"({"job":[]})"), StartsWith("Parameter job must be object. Found an array;"));
  EXPECT_THAT(Edited{"stop"}.set_json("/job", "{}").problems(),
              ElementsAre(StartsWith("Parameter control not found in job request. Give 'deploy', 'start', "),
                          StartsWith("Parameter properties not found in job request.")));
}

TEST(ParseRequest, KnowsSixControlsWhateverTheCase) {
  EXPECT_EQ(Edited{"stop"}.set("/job/control", "STOP").request().control, Control::stop);
  EXPECT_EQ(Edited{"opcda-update"}.set("/job/control", "Update").request().control, Control::update);
  EXPECT_THAT(Edited{"stop"}.set("/job/control", "halt").problems(),
              ElementsAre("Unknown control request: halt. Give 'deploy', 'start', 'stop', 'update', 'push' or 'pull'. "
                          "(job.control)"));
  EXPECT_THAT(Edited{"stop"}.set("/job/control", 7).problems(),
              ElementsAre(StartsWith("Parameter control must be string. Found 7;")));
}

TEST(ParseRequest, QuotesAtMost60CharactersOnOneLine) {
  const auto problems = Edited{"stop"}.set("/job/control", "a\nb" + std::string(5000, 'x')).problems();
  EXPECT_THAT(problems, ElementsAre(StartsWith("Unknown control request: a?b" + std::string(57, 'x') + "…. Give")));
}

TEST(ParseRequest, DefinesExactlyOneJobInADeployOrUpdate) {
  EXPECT_THAT(Edited{"opcda-deploy"}.set("/job/properties/-", {{"name", "other"}}).problems(),
              ElementsAre("Invalid number of properties (2). Unable to execute deploy control. Give exactly one. "
                          "(job.properties)"));
  EXPECT_THAT(Edited{"opcda-update"}.set_json("/job/properties", "[]").problems(),
              ElementsAre(StartsWith("Invalid number of properties (0). Unable to execute update control.")));
}

TEST(ParseRequest, ControlsSeveralJobsAtOnce) {
  const Request request = Edited{"push"}.set("/job/properties/-", {{"name", "other"}}).request();
  EXPECT_THAT(request.properties, ElementsAre(Property{"job-machine1", {}}, Property{"other", {}}));
  EXPECT_THAT(Edited{"pull"}.set_json("/job/properties", "[]").problems(),
              ElementsAre(StartsWith("Invalid number of properties (0). Unable to execute pull control. Give from 1")));
}

TEST(ParseRequest, NamesEachJobOnce) {
  EXPECT_THAT(Edited{"start"}.set("/job/properties/-", {{"name", "job-machine1"}, {"version", 2}}).problems(),
              ElementsAre("Value name out of range. 'job-machine1' is there a second time; give each job once. "
                          "(job.properties[1].name)"));
}

TEST(ParseRequest, TakesAVersionAsTextOrNumber) {
  const auto version = [](boost::json::value v) {
    return Edited{"stop"}.set("/job/properties/0/version", std::move(v)).request().properties.front().version;
  };
  EXPECT_EQ(version(12), 12);
  EXPECT_EQ(version("12"), 12);
  EXPECT_EQ(version(9'007'199'254'740'991), 9'007'199'254'740'991);
  for (boost::json::value wrong : {boost::json::value(0), boost::json::value(-1), boost::json::value("0"),
                                   boost::json::value(9'007'199'254'740'992), boost::json::value("9999999999999999999"),
                                   boost::json::value(18'446'744'073'709'551'615U)})
    EXPECT_THAT(Edited{"stop"}.set("/job/properties/0/version", wrong).problems(),
                ElementsAre(StartsWith("Value version out of range. Found ")))
        << wrong;
  for (boost::json::value wrong : {boost::json::value("2.0"), boost::json::value(2.0), boost::json::value(""),
                                   boost::json::value("-1"), boost::json::value(" 1"), boost::json::value(nullptr),
                                   boost::json::value(true), boost::json::value("99999999999999999999")})
    EXPECT_THAT(Edited{"stop"}.set("/job/properties/0/version", wrong).problems(),
                ElementsAre(StartsWith("Parameter version must be integer. Found ")))
        << wrong;
}

TEST(ParseRequest, TakesBothSpellingsOfOneFlag) {
  const auto to_stream = [](Edited& request) { return request.request().destinations.to_stream; };
  Edited request{"stop"};
  EXPECT_EQ(to_stream(request), std::nullopt);
  EXPECT_EQ(to_stream(request.set("/job/send-data-to-kinesis-stream", false)), false);
  EXPECT_EQ(to_stream(request.set("/job/send-data-to-stream-manager", false)), false);
  EXPECT_THAT(request.set("/job/send-data-to-stream-manager", true).problems(),
              ElementsAre("Value send-data-to-kinesis-stream out of range. Found false, and true in "
                          "send-data-to-stream-manager, which is the same setting; give one. "
                          "(job.send-data-to-kinesis-stream)"));
}

TEST(ParseRequest, ChecksEveryFlag) {
  EXPECT_THAT(Edited{"stop"}
                  .set("/job/send-data-to-kinesis-stream", "true")
                  .set("/job/send-data-to-stream-manager", 1)
                  .set("/job/send-data-to-iot-topic", nullptr)
                  .problems(),
              ElementsAre(StartsWith("Parameter send-data-to-stream-manager must be boolean. Found 1; give true or "),
                          StartsWith("Parameter send-data-to-kinesis-stream must be boolean. Found 'true';"),
                          StartsWith("Parameter send-data-to-iot-topic must be boolean. Found null;")));
}

TEST(ParseRequest, LeavesMachineDetailsOfAStartUnread) {
  EXPECT_THAT(Edited{"start"}.set("/job/machine-details", 5).problems(), IsEmpty());
  EXPECT_EQ(Edited{"opcda-deploy"}.set("/job/control", "stop").request().definition, std::nullopt);
}

TEST(ParseRequest, ReadsMachineDetailsEvenWhenTheControlIsUnknown) {
  EXPECT_THAT(Edited{"opcda-deploy"}.set("/job/control", "deplyo").erase(kConnectivity, "machine-ip").problems(),
              ElementsAre(StartsWith("Unknown control request: deplyo."),
                          StartsWith("Parameter machine-ip not found in job request.")));
}

TEST(ParseRequest, LeavesTheGroupToTheBuilderWhenItIsEmpty) {
  EXPECT_EQ(Edited{"opcda-deploy"}.set("/job/gg-group-id", "").request().group, "");
  EXPECT_EQ(Edited{"opcda-deploy"}.set("/job/gg-group-id", "factory-1").request().group, "factory-1");
  EXPECT_THAT(Edited{"opcda-deploy"}.set("/job/gg-group-id", "a/b").problems(), SizeIs(1));
}

std::vector<std::string> notes_on(std::string_view text) {
  const auto parsed = parse_request(text);
  return parsed ? parsed->notes : parsed.error().notes;
}

constexpr auto kTag = "/job/machine-details/data-parameters/attributes/0/address-list";

TEST(IgnoredMember, IsToldWithItsPathAndWhatMayBeMeant) {
  Edited request{"slmp-binary-deploy"};
  request.set("/job/group-id", "hall-2")
      .set("/job/send-data-to-steam-manager", true)
      .set("/job/properties/0/Version", 2)
      .set(std::string{kTag} + "/datatype", "float32")
      .set(std::string{kConnectivity} + "/opcda-server-name", "x");
  request.erase(kTag, "data-type").erase("/job/properties/0", "version");
  request.erase("/job", "gg-group-id").erase("/job", "send-data-to-stream-manager");
  EXPECT_THAT(notes_on(request.text()),
              ElementsAre("job.properties[0].Version is not known and is ignored; did you mean version?",
                          "job.group-id is not known and is ignored; did you mean gg-group-id?",
                          "job.send-data-to-steam-manager is not known and is ignored; did you mean "
                          "send-data-to-stream-manager?",
                          "job.machine-details.data-parameters.attributes[0].address-list.datatype is not known and is "
                          "ignored; did you mean data-type?",
                          "job.machine-details.connectivity-parameters.opcda-server-name is not known and is ignored"));
  EXPECT_THAT(request.problems(), IsEmpty()) << "old clients may send more";
}

TEST(IgnoredMember, IsToldBesideWhatIsMissingForIt) {
  Edited request{"opcda-deploy"};
  request.erase(kConnectivity, "machine-ip").set(std::string{kConnectivity} + "/machine_ip", "192.0.2.1");
  EXPECT_THAT(request.problems(), ElementsAre(StartsWith("Parameter machine-ip not found in job request.")));
  EXPECT_THAT(notes_on(request.text()), ElementsAre(EndsWith(".machine_ip is not known and is ignored; did you mean "
                                                             "machine-ip?")));
}

/// Calls visit(object) for each object in a document.
void each_object_in(boost::json::value& at, const auto& visit) {
  if (auto* elements = at.if_array())
    for (auto& element : *elements) each_object_in(element, visit);
  if (auto* members = at.if_object()) {
    visit(*members);
    for (auto& member : *members) each_object_in(member.value(), visit);
  }
}

TEST(IgnoredMember, IsToldInEveryObject) {
  for (const auto* sample : {"opcda-deploy", "opcda-update", "slmp-ascii-deploy", "slmp-binary-deploy", "start"}) {
    boost::json::value document = boost::json::parse(sample_text(sample));
    EXPECT_THAT(notes_on(to_json(document)), IsEmpty()) << sample;
    std::size_t objects = 0;
    each_object_in(document, [&](boost::json::object& object) {
      object["surplus"] = 1;
      ++objects;
    });
    EXPECT_THAT(notes_on(to_json(document)), SizeIs(objects)) << sample;
  }
}

TEST(IgnoredMember, MayBeARemark) {
  EXPECT_THAT(notes_on(Edited{"stop"}
                           .set("/$schema", "job.schema.json")
                           .set("/job/_comment", "x")
                           .set("/job/_last-update-timestamp_", "2021-02-19 00:00:00.891876")
                           .set("/job/machine-details", 5)
                           .text()),
              IsEmpty());
}

TEST(IgnoredMember, IsCountedAfterFifty) {
  Edited request{"stop"};
  for (int i = 0; i < 1000; ++i) request.set("/job/" + std::string(1000, 'x') + "\n" + std::to_string(i), i);
  const auto notes = notes_on(request.text());
  ASSERT_THAT(notes, SizeIs(kMostNotes + 1));
  EXPECT_EQ(notes.front(), "job." + std::string(60, 'x') + "… is not known and is ignored");
  EXPECT_EQ(notes.back(), "950 more members are not known and are ignored");
}

TEST(Refusal, IsForTheOneJobThatIsNamed) {
  const auto refusal = [](const Edited& request) { return parse_request(request.text()).error(); };
  Edited request{"start"};
  request.set("/job/control", "x");
  EXPECT_EQ(refusal(request).job_name, "job-machine1");
  EXPECT_EQ(refusal(request).version, 1);
  EXPECT_EQ(refusal(request.set("/job/properties/-", {{"name", "other"}})).job_name, "");
  EXPECT_EQ(refusal(request).version, std::nullopt);
}

TEST(Refusal, NamesNoJobWhoseNameIsUnfit) {
  for (const auto* name : {"../../x", "a/b", "#", "info", "request", ""}) {
    const auto parsed = parse_request(Edited{"start"}.set("/job/properties/0/name", name).text());
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().job_name, "") << name;
    EXPECT_EQ(parsed.error().problems.front().path, "job.properties[0].name") << name;
  }
}

TEST(Refusal, TellsFiftyProblemsAndCountsTheRest) {
  Edited request{"start"};
  for (int i = 0; i < 60; ++i) request.set("/job/properties/-", 5);
  EXPECT_THAT(refused(request.text()), EndsWith("(job.properties[50])\nand 10 more"));
  for (int i = 0; i < 2000; ++i) request.set("/job/properties/-", 5);
  EXPECT_THAT(refused(request.text()), EndsWith("(job.properties[50])\nand at least 950 more"));
}

}  // namespace
}  // namespace m2c2::job
