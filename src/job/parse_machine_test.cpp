// machine-details, whatever the protocol.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "job/edited_sample.hpp"

namespace m2c2::job {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string in(const char* parent, std::string_view key) { return std::string{parent} + "/" + std::string{key}; }

std::vector<std::string> problems_with(std::string_view pointer, boost::json::value value) {
  return Edited{"slmp-ascii-deploy"}.set(pointer, std::move(value)).problems();
}

TEST(MachineDetails, SayWhereTheMachineStands) {
  const auto definition = *Edited{"opcda-deploy"}.request().definition;
  EXPECT_EQ(definition.site, "London");
  EXPECT_EQ(definition.area, "floor 1");
  EXPECT_EQ(definition.process, "packaging");
  EXPECT_EQ(definition.machine, "machine 1");
  EXPECT_EQ(definition.interval, 1s);
  EXPECT_EQ(definition.iterations, 3);
  EXPECT_EQ(definition.protocol_name(), "opcda");
}

TEST(MachineDetails, NeedNotSayIt) {
  const auto definition = *Edited{"opcda-deploy"}
                               .erase(kDetails, "site-name")
                               .erase(kDetails, "area")
                               .erase(kDetails, "process")
                               .request()
                               .definition;
  EXPECT_EQ(definition.site, "not specified");
  EXPECT_EQ(definition.area, "not specified");
  EXPECT_EQ(definition.process, "not specified");
}

TEST(MachineDetails, AreTopicLevels) {
  for (const auto* key : {"site-name", "area", "process", "machine-name"}) {
    EXPECT_THAT(problems_with(in(kDetails, key), "a/b"), ElementsAre(HasSubstr("'a/b' contains '/'"))) << key;
    EXPECT_THAT(problems_with(in(kDetails, key), ""), ElementsAre(HasSubstr("'' is empty"))) << key;
    EXPECT_THAT(problems_with(in(kDetails, key), nullptr), ElementsAre(HasSubstr("must be string. Found null"))) << key;
  }
}

TEST(MachineDetails, NameTheMachineInEitherPlaceForEitherProtocol) {
  for (const auto* sample : {"slmp-binary-deploy", "opcda-deploy"}) {
    Edited request{sample};
    request.set(in(kDetails, "machine-name"), "press").set(in(kConnectivity, "machine-name"), "press");
    EXPECT_EQ(request.request().definition->machine, "press") << sample;
    EXPECT_EQ(request.erase(kDetails, "machine-name").request().definition->machine, "press") << sample;
    EXPECT_THAT(request.erase(kConnectivity, "machine-name").problems(),
                ElementsAre(StartsWith("Parameter machine-name not found in job request.")))
        << sample;
    EXPECT_EQ(request.set(in(kDetails, "machine-name"), "press").request().definition->machine, "press") << sample;
    EXPECT_THAT(request.set(in(kConnectivity, "machine-name"), "mill").problems(),
                ElementsAre("Value machine-name out of range. Found 'press', and 'mill' in connectivity-parameters; "
                            "give it once. (job.machine-details.machine-name)"))
        << sample;
  }
}

TEST(MachineDetails, AreNeededForADeploy) {
  EXPECT_THAT(Edited{"opcda-deploy"}.erase("/job", "machine-details").problems(),
              ElementsAre(StartsWith("Parameter machine-details not found in job request.")));
  EXPECT_THAT(Edited{"opcda-deploy"}.set_json(kDetails, "{}").problems(),
              ElementsAre(StartsWith("Parameter connectivity-parameters not found in job request."),
                          StartsWith("Parameter data-parameters not found in job request."),
                          StartsWith("Parameter machine-name not found in job request.")));
}

TEST(MachineDetails, HaveAProtocolWhateverTheCase) {
  EXPECT_EQ(Edited{"opcda-deploy"}.set(in(kConnectivity, "protocol"), "OPCDA").request().definition->protocol_name(),
            "opcda");
  EXPECT_THAT(problems_with(in(kConnectivity, "protocol"), "modbus"),
              ElementsAre("Unsupported protocol connectivity. Found 'modbus'; give 'slmp' or 'opcda'. "
                          "(job.machine-details.connectivity-parameters.protocol)"));
}

TEST(MachineDetails, IterateOnceTo30Times) {
  EXPECT_THAT(problems_with(in(kData, "machine-query-iterations"), 30), IsEmpty());
  for (const int wrong : {0, 31, -1})
    EXPECT_THAT(problems_with(in(kData, "machine-query-iterations"), wrong),
                ElementsAre(HasSubstr("Value machine-query-iterations out of range.")));
  EXPECT_THAT(problems_with(in(kData, "machine-query-iterations"), "5"),
              ElementsAre(HasSubstr("Parameter machine-query-iterations must be integer. Found '5'")));
  EXPECT_THAT(Edited{"opcda-deploy"}.erase(kData, "machine-query-iterations").problems(),
              ElementsAre(HasSubstr("Parameter machine-query-iterations not found")));
}

TEST(MachineDetails, HaveAnIntervalFromHalfASecondTo30) {
  const auto interval = [](boost::json::value v) {
    return Edited{"opcda-deploy"}.set(in(kData, "machine-query-time-interval"), v).request().definition->interval;
  };
  EXPECT_EQ(interval(0.5), 500ms);
  EXPECT_EQ(interval(30), 30s);
  EXPECT_EQ(interval(1.0006), 1001ms);
  for (boost::json::value wrong : {boost::json::value(0.49), boost::json::value(31), boost::json::value(-1)})
    EXPECT_THAT(problems_with(in(kData, "machine-query-time-interval"), wrong),
                ElementsAre(HasSubstr("give a number from 0.5 to 30")))
        << wrong;
  EXPECT_THAT(problems_with(in(kData, "machine-query-time-interval"), "1"),
              ElementsAre(HasSubstr("Parameter machine-query-time-interval must be number. Found '1'")));
  EXPECT_THAT(problems_with(in(kData, "machine-query-time-interval"), true), ElementsAre(HasSubstr("must be number")));
}

TEST(MachineDetails, TakeNoInfiniteInterval) {
  auto text = sample_text("opcda-deploy");
  const std::string_view key = "\"machine-query-time-interval\": 1";
  text.replace(text.find(key), key.size(), "\"machine-query-time-interval\": 1e400");
  EXPECT_THAT(to_text(parse_request(text).error().problems), HasSubstr("out of range. Found a number above 1e308"));
}

TEST(MachineDetails, ReadSomething) {
  EXPECT_THAT(Edited{"opcda-deploy"}.set_json(kAttributes, "[]").problems(),
              ElementsAre(HasSubstr("Value attributes out of range. Found an empty array;")));
  EXPECT_THAT(Edited{"opcda-deploy"}.set_json(kAttributes, "{}").problems(),
              ElementsAre(HasSubstr("Parameter attributes must be array. Found an object;")));
  EXPECT_THAT(Edited{"opcda-deploy"}.erase(kData, "attributes").problems(),
              ElementsAre(HasSubstr("Parameter attributes not found")));
}

TEST(MachineDetails, AddressTheMachineByNameOrAddress) {
  for (const auto* sample : {"slmp-ascii-deploy", "opcda-deploy"}) {
    for (const auto* right : {"192.168.3.250", "192.168.003.250", "010.0.0.1.factory", "plc-4.factory.local",
                              "fe80::1%eth0", "4", "1.2.3.4.5"})
      EXPECT_THAT(Edited{sample}.set(in(kConnectivity, "machine-ip"), right).problems(), IsEmpty()) << right;
    for (const auto* wrong : {"", "a b", "http://1.2.3.4", "1.2.3.4:5548", "a\tb", " 1.2.3.4"})
      EXPECT_THAT(Edited{sample}.set(in(kConnectivity, "machine-ip"), wrong).problems(),
                  ElementsAre(HasSubstr("Value machine-ip out of range.")))
          << wrong;
    for (const auto* wrong : {"192.168.3.999", "0192.168.3.250", "192.168.3.010", "192.168.3.08", "1.2.3.99999999999"})
      EXPECT_THAT(
          Edited{sample}.set(in(kConnectivity, "machine-ip"), wrong).problems(),
          ElementsAre(fmt::format("Value machine-ip out of range. '{}' is no IP address; give four numbers from "
                                  "0 to 255, without zeros before them. "
                                  "(job.machine-details.connectivity-parameters.machine-ip)",
                                  wrong)));
    EXPECT_THAT(Edited{sample}.set(in(kConnectivity, "machine-ip"), std::string(254, 'a')).problems(),
                ElementsAre(HasSubstr("is 254 bytes long; give at most 253")));
  }
}

TEST(Delivery, GoesWhereTheProtocolSendsByDefault) {
  Definition slmp, opcda;
  opcda.protocol = OpcdaJob{};
  EXPECT_FALSE(delivery_of(slmp, {}).to_stream);
  EXPECT_TRUE(delivery_of(slmp, {}).to_topic);
  EXPECT_TRUE(delivery_of(opcda, {}).to_stream);
  EXPECT_FALSE(delivery_of(opcda, {}).to_topic);
}

TEST(Delivery, GoesWhereTheOperatorSays) {
  Definition slmp;
  EXPECT_TRUE(delivery_of(slmp, {.to_stream = true, .to_topic = {}}).to_stream);
  EXPECT_FALSE(delivery_of(slmp, {.to_stream = {}, .to_topic = false}).to_topic);
}

}  // namespace
}  // namespace m2c2::job
