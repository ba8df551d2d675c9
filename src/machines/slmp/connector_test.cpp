// The connector over a scripted PLC, and once over each real transport.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "machines/slmp/failure.hpp"
#include "machines/slmp/slmp_test.hpp"
#include "net/server.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;
using slmp::DataType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// --- the guide's sample job ---

std::vector<job::SlmpAttribute> sample_attributes() {
  job::DeviceReadRandom random;
  random.words = {{"tst_wd_0", {}, device("D", 0)},
                  {"tst_wd_1", {}, device("TN", 0)},
                  {"tst_wd_2", {}, device("M", 100)},
                  {"tst_wd_3", {}, device("X", 0x20)}};
  random.dwords = {{"tst_dwd_0", {}, device("D", 1500)},
                   {"tst_dwd_1", {}, device("Y", 0x160)},
                   {"tst_dwd_2", {}, device("M", 1111)}};
  return {read_of("tst_tag", "M", 100, 2), random,
          job::ArrayLabelRead{{"Typ1"}, {{"tag1", {}, {"%1.led[2]", 1, 8}}, {"tag2", {}, {"%1.No[1]", 1, 4}}}},
          job::LabelReadRandom{{}, {{"tag3", {}, {"LabelB"}}, {"tag4", {}, {"LabelW"}}, {"tag5", {}, {"Sw.led"}}}}};
}

/// Answers the sample's requests with the values of the manual's examples (SLMP manual, "Read Random", "Label access").
void play_sample(ScriptedPeer& plc, const test::SlmpWire& wire, std::size_t piece) {
  const auto code = wire.format.code;
  const slmp::DeviceReadRandom random{0,
                                      {device("D", 0), device("TN", 0), device("M", 100), device("X", 0x20)},
                                      {device("D", 1500), device("Y", 0x160), device("M", 1111)}};
  const auto label = [](std::uint8_t type, std::uint16_t length, std::initializer_list<int> memory) {
    slmp::LabelValue value{type, 1, length, {}};
    for (const int byte : memory) value.data.push_back(static_cast<std::byte>(byte));
    return value;
  };
  Bytes randoms, arrays, labels;
  slmp::encode_random_values(randoms, code, {{0x1995, 0x1202, 0x2030, 0x4849}, {0x4C544F4E, 0xC3DEB9AF, 0xBADDBCB7}});
  slmp::encode_array_label_values(arrays, code,
                                  std::vector{label(2, 8, {1, 0, 2, 0, 3, 0, 4, 0}), label(4, 4, {0xFF, 0xFF, 2, 0})});
  slmp::encode_label_values(labels, code,
                            std::vector{label(1, 2, {1, 0}), label(2, 2, {0x31, 0}), label(2, 2, {0x10, 0})});

  plc.expect(wire.ask(slmp::DeviceRead{0, device("M", 100), 2}, 1)).reply(wire.words({0x1130, 0x0001}, 1), piece);
  plc.expect(wire.ask(random, 2)).reply(wire.answer(randoms, 2), piece);
  plc.expect(wire.ask(slmp::ArrayLabelRead{{"Typ1"}, {{"%1.led[2]", 1, 8}, {"%1.No[1]", 1, 4}}}, 3))
      .reply(wire.answer(arrays, 3), piece);
  plc.expect(wire.ask(slmp::LabelReadRandom{{}, {"LabelB", "LabelW", "Sw.led"}}, 4))
      .reply(wire.answer(labels, 4), piece);
}

class SlmpSampleJobTest : public testing::TestWithParam<std::tuple<slmp::Format, job::Ethernet>> {};
INSTANTIATE_TEST_SUITE_P(EveryWay, SlmpSampleJobTest,
                         testing::Combine(testing::ValuesIn(test::kSlmpFormats),
                                          testing::Values(job::Ethernet::tcp, job::Ethernet::udp)),
                         [](const auto& way) {
                           return test::name_of(std::get<0>(way.param)) +
                                  (std::get<1>(way.param) == job::Ethernet::udp ? "_udp" : "_tcp");
                         });

TEST_P(SlmpSampleJobTest, GivesEveryTagItsValue) {
  const auto [format, ethernet] = GetParam();
  const bool udp = ethernet == job::Ethernet::udp;
  for (const std::size_t piece : {ScriptedPeer::kWhole, std::size_t{3}, std::size_t{1}}) {
    if (udp && piece != ScriptedPeer::kWhole) continue;  // a datagram comes whole
    Bench bench{format, sample_attributes(), ethernet};
    play_sample(bench.plc, bench.wire, piece);
    ASSERT_TRUE(bench.open());
    const auto samples = bench.read();
    ASSERT_TRUE(samples) << samples.error().text;
    EXPECT_THAT(samples->faults, IsEmpty());
    EXPECT_THAT(bench.values(*samples),
                ElementsAre("tst_tag=[4400,1]", "tst_wd_0=6549", "tst_wd_1=4610", "tst_wd_2=8240", "tst_wd_3=18505",
                            "tst_dwd_0=1280593742", "tst_dwd_1=3286153647", "tst_dwd_2=3135093943", "tag1=[1,2,3,4]",
                            "tag2=[-1,2]", "tag3=true", "tag4=49", "tag5=16"));
  }
}

TEST(SlmpConnector, HexGivesWhatStoodOnTheWire) {
  Bench bench{kAscii, sample_attributes(), job::Ethernet::tcp, job::ValueFormat::hex};
  play_sample(bench.plc, bench.wire, ScriptedPeer::kWhole);
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(
      bench.values(bench.read().value()),
      ElementsAre("tst_tag=\"11300001\"", "tst_wd_0=\"1995\"", "tst_wd_1=\"1202\"", "tst_wd_2=\"2030\"",
                  "tst_wd_3=\"4849\"", "tst_dwd_0=\"4C544F4E\"", "tst_dwd_1=\"C3DEB9AF\"", "tst_dwd_2=\"BADDBCB7\"",
                  "tag1=\"0001000200030004\"", "tag2=\"FFFF0002\"", "tag3=\"0001\"", "tag4=\"0031\"", "tag5=\"0010\""));
}

// --- polls ---

TEST(SlmpConnector, SamplesBearTheTimeOfTheirAnswer) {
  Bench bench{k4E, {read_of("a", "D", 0, 1), read_of("b", "D", 9, 1)}};
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 1}, 1))
      .wait(100ms)
      .reply(bench.wire.words({1}, 1));
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 9), 1}, 2))
      .wait(200ms)
      .reply(bench.wire.words({2}, 2));
  const WallTime begin = bench.loop.wall();
  ASSERT_TRUE(bench.open());
  const auto samples = bench.read().value();
  EXPECT_EQ(samples.values.at(0).at - begin, 100ms);
  EXPECT_EQ(samples.values.at(1).at - begin, 300ms);
}

TEST(SlmpConnector, AThousandWordsAreReadInTwoRequestsAndAreOneValue) {
  Bench bench{k4E, {read_of("many", "D", 0, 1000)}};
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 960}, 1))
      .reply(bench.wire.words(ramp(0, 960), 1), 700);
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 960), 40}, 2))
      .reply(bench.wire.words(ramp(960, 40), 2));
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(bench.read().value()), ElementsAre("many=" + json_of(ramp(0, 1000))));
}

TEST(SlmpConnector, ABadEndCodeCostsOnlyItsCommandAndSaysTheSameEveryPoll) {
  Bench bench{k4E, {read_of("a", "D", 0, 1), read_of("bad", "D", 99999, 1), read_of("c", "D", 2, 1)}};
  std::uint16_t serial = 0;
  ASSERT_TRUE(bench.open());
  std::optional<telemetry::Fault> first;
  for (int poll = 0; poll < 3; ++poll) {
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 1}, ++serial))
        .reply(bench.wire.words({1}, serial));
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 99999), 1}, ++serial))
        .reply(bench.wire.refuse(0xC056, serial));
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 2), 1}, ++serial))
        .reply(bench.wire.words({3}, serial));
    const auto samples = bench.read().value();
    EXPECT_THAT(bench.values(samples), ElementsAre("a=1", "c=3"));
    ASSERT_THAT(samples.faults, SizeIs(1));
    if (!first) first = samples.faults[0];
    EXPECT_EQ(samples.faults[0].subject, "device_read D99999 (bad)");
    EXPECT_THAT(samples.faults[0].why, HasSubstr("C056"));
    EXPECT_EQ(samples.faults[0].why, first->why);
  }
}

TEST(SlmpConnector, ASplitReadOfWhichOnePartFailsGivesNoValueAndOneFault) {
  Bench bench{k4E, {read_of("many", "D", 0, 2000), read_of("after", "D", 9, 1)}};
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 960}, 1))
      .reply(bench.wire.words(ramp(0, 960), 1));
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 960), 960}, 2)).reply(bench.wire.refuse(0x4031, 2));
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 9), 1}, 3)).reply(bench.wire.words({7}, 3));
  ASSERT_TRUE(bench.open());
  const auto samples = bench.read().value();
  EXPECT_THAT(bench.values(samples), ElementsAre("after=7"));
  ASSERT_THAT(samples.faults, SizeIs(1));
  EXPECT_EQ(samples.faults[0].subject, "device_read D0 (many)");
}

TEST(SlmpConnector, DataThatDoNotFitTheQuestionAreAFault) {
  Bench bench{k4E, {read_of("a", "D", 0, 2), read_of("b", "D", 9, 1)}};
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 2}, 1)).reply(bench.wire.words({1}, 1));
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 9), 1}, 2)).reply(bench.wire.words({7}, 2));
  ASSERT_TRUE(bench.open());
  const auto samples = bench.read().value();
  EXPECT_THAT(bench.values(samples), ElementsAre("b=7"));
  ASSERT_THAT(samples.faults, SizeIs(1));
  EXPECT_THAT(samples.faults[0].why, HasSubstr("2 bytes of data, which is not what was asked for"));
}

TEST(SlmpConnector, OverTcpTheyAreAFaultWithoutSerialNumbersTooOnceTheyCameTwice) {
  Bench bench{k3E, {read_of("a", "D", 0, 2), read_of("b", "D", 9, 1)}};
  ASSERT_TRUE(bench.open());
  for (int poll = 0; poll < 2; ++poll) {
    for (int time = 0; time < 2; ++time)
      bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 2}, 0)).reply(bench.wire.words({1}, 0));
    bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 9), 1}, 0)).reply(bench.wire.words({7}, 0));
    const auto samples = bench.read();
    ASSERT_TRUE(samples) << samples.error().text;
    EXPECT_THAT(bench.values(*samples), ElementsAre("b=7"));
    ASSERT_THAT(samples->faults, SizeIs(1));
    EXPECT_EQ(samples->faults[0].subject, "device_read D0 (a)");
  }
}

/// Where they may be another question's answer.
void expect_end_of_connection(Bench& bench) {
  ASSERT_TRUE(bench.open());
  const auto lost = bench.read();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, SlmpError::bad_frame);
  EXPECT_THAT(lost.error().text, HasSubstr("device_read D9 (b)"));
  EXPECT_EQ(bench.read().error().code, net::NetError::cancelled) << "until it is opened again";
}

TEST(SlmpConnector, WithoutSerialNumbersTheyEndTheConnectionWhereTheyMayBeAnothers) {
  const std::vector<job::SlmpAttribute> job{read_of("a", "D", 0, 1), read_of("b", "D", 9, 2), read_of("c", "D", 20, 1)};
  const test::SlmpWire wire{k3E};
  const Bytes ask_a = wire.ask(slmp::DeviceRead{0, device("D", 0), 1}, 0),
              ask_b = wire.ask(slmp::DeviceRead{0, device("D", 9), 2}, 0), one = wire.words({66}, 0);
  Bytes one_twice = one;
  one_twice.insert(one_twice.end(), one.begin(), one.end());

  Bench udp{k3E, job, job::Ethernet::udp};
  udp.plc.expect(ask_a).reply(one);
  udp.plc.expect(ask_b).reply(one);
  expect_end_of_connection(udp);

  Bench stale{k3E, job};
  stale.plc.expect(ask_a).reply(one_twice);
  stale.plc.expect(ask_b).reply(one);
  expect_end_of_connection(stale);

  Bench late{k3E, job};
  late.plc.expect(ask_a).reply(one).reply(one);  // the second comes after the next question
  late.plc.expect(ask_b).reply(wire.words({1, 2}, 0));
  late.plc.expect(ask_b);
  expect_end_of_connection(late);
}

TEST(SlmpConnector, ALostConnectionEndsTheIterationAndTheNextOneIsWholeAgain) {
  Bench bench{k4E, {read_of("a", "D", 0, 1), read_of("b", "D", 9, 1)}};
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 1}, 1)).reply(bench.wire.words({1}, 1));
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 9), 1}, 2)).close();
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 0), 1}, 3)).reply(bench.wire.words({3}, 3));
  bench.plc.expect(bench.wire.ask(slmp::DeviceRead{0, device("D", 9), 1}, 4)).reply(bench.wire.words({4}, 4));
  ASSERT_TRUE(bench.open());
  EXPECT_EQ(bench.read().error().code, SlmpError::closed);
  bench.connector->close();
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(bench.read().value()), ElementsAre("a=3", "b=4"));
  EXPECT_EQ(bench.plc.connections(), 2);
}

TEST(SlmpConnector, AMachineThatIsNotThereIsReportedAndTriedAgain) {
  Bench bench{k4E, {read_of("a", "D", 0, 1)}};
  bench.plc.fail_to_open(net::NetError::refused);
  EXPECT_EQ(bench.open().error().code, SlmpError::refused);
  EXPECT_TRUE(bench.open());
}

// --- push ---

constexpr std::string_view kSelfTest = "0123456789ABCDEF";

TEST(SlmpProbe, TheSelfTestsEchoIsContact) {
  for (const slmp::Format format : test::kSlmpFormats) {
    Bench bench{format, {}};
    bench.plc.expect(bench.wire.ask_self_test(kSelfTest, 1))
        .reply(bench.wire.answer(bench.wire.self_test(kSelfTest), 1));
    EXPECT_EQ(bench.probe().value().text, "Successfully connected to server.") << test::name_of(format);
  }
}

TEST(SlmpProbe, ARefusalOfTheSelfTestIsContactToo) {
  Bench bench{k4E, {}};
  bench.plc.expect(bench.wire.ask_self_test(kSelfTest, 1)).reply(bench.wire.refuse(0xC059, 1));
  EXPECT_EQ(bench.probe().value().text, "Successfully connected to server.");
}

TEST(SlmpProbe, NoContactSaysWhy) {
  Bench bench{k4E, {}};
  bench.plc.fail_to_open(net::NetError::refused);
  bench.plc.expect(bench.wire.ask_self_test(kSelfTest, 1)).stay_silent();
  bench.plc.expect(bench.wire.ask_self_test(kSelfTest, 2)).close();
  EXPECT_EQ(bench.probe().error().code, SlmpError::refused);
  const auto silent = bench.probe();
  EXPECT_EQ(silent.error().code, SlmpError::no_answer);
  EXPECT_LE(bench.loop.steady() - SteadyTime{}, bench.connector->patience());
  EXPECT_THAT(silent.error().text, HasSubstr("communication-code"));
  EXPECT_EQ(bench.probe().error().code, SlmpError::taken);
}

// --- real sockets ---

/// A PLC whose word devices hold their own numbers.
Bytes answer_with_numbers(slmp::Format format, ByteView message) {
  const auto request = slmp::decode_request(format, message).value();
  const auto read = slmp::decode_device_read(format.code, request.subcommand, request.data).value();
  return test::SlmpWire{format}.words(ramp(static_cast<std::uint16_t>(read.head.number), read.points), request.serial);
}

net::Task<> serve(std::unique_ptr<net::Transport> client) {
  Bytes buffer(64);
  for (;;) {
    const auto n = co_await client->receive(buffer, SteadyTime::max());
    if (!n) co_return;
    const Bytes answer = answer_with_numbers(k4E, ByteView{buffer}.first(*n));
    if (!co_await client->send(answer, SteadyTime::max())) co_return;
  }
}

net::Task<> read_once(net::EventLoop& loop, Connector& connector, std::optional<Result<Samples>>& out) {
  const auto opened = co_await connector.open();
  if (opened) out = co_await connector.read();
  else out = std::unexpected{opened.error()};
  connector.close();
  loop.stop();
}

TEST(SlmpConnector, ReadsOverRealTcpAndUdp) {
  for (const job::Ethernet ethernet : {job::Ethernet::tcp, job::Ethernet::udp}) {
    net::EventLoop loop;
    const net::Endpoint any_port{"127.0.0.1", 0};
    const auto server =
        ethernet == job::Ethernet::tcp
            ? net::listen_tcp(loop, any_port,
                              [&](std::unique_ptr<net::Transport> client) { loop.spawn(serve(std::move(client))); })
            : net::listen_udp(loop, any_port, [](ByteView request, const net::Reply& reply) {
                reply(answer_with_numbers(k4E, request));
              });
    ASSERT_TRUE(server);
    const job::SlmpJob job{{"127.0.0.1", (*server)->port(), ethernet, k4E, {}, 0}, {}, {read_of("many", "D", 5, 1000)}};
    const auto connector = make_slmp_connector(loop, job);
    std::optional<Result<Samples>> samples;
    loop.spawn(read_once(loop, *connector, samples));
    loop.run();
    ASSERT_TRUE(samples && *samples) << (*samples).error().text;
    ASSERT_THAT((*samples)->values, SizeIs(1));
    EXPECT_EQ((*samples)->values[0].value, json_of(ramp(5, 1000)));
  }
}

}  // namespace
}  // namespace m2c2::machines
