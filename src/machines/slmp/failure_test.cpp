// Every failure says what it is and what to do.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/transport.hpp"
#include "tests/support/slmp_wire.hpp"

namespace m2c2::machines {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr slmp::Format k3EAscii{slmp::FrameType::e3, slmp::Code::ascii};
constexpr slmp::Format k4EBinary{slmp::FrameType::e4, slmp::Code::binary};

SlmpPeer peer(slmp::Format format = k4EBinary, job::Ethernet ethernet = job::Ethernet::tcp) {
  return {"10.0.0.5:5007", {"10.0.0.5", 5007, ethernet, format, {}, 0}};
}

Error net_error(net::NetError kind) { return {kind, net::error_text(kind)}; }

std::string silence(const SlmpPeer& plc, const SlmpCounters& counters = {}) {
  const Error error = lost(plc, net_error(net::NetError::timed_out), counters, {});
  EXPECT_EQ(error.code, SlmpError::no_answer);
  return error.text;
}

TEST(SlmpFailure, SilenceListsTheLikelyCausesOfThisJob) {
  EXPECT_THAT(silence(peer()),
              AllOf(HasSubstr("10.0.0.5:5007 does not answer: nothing came for 3 s"),
                    HasSubstr("set communication-code to 'ascii'"), HasSubstr("set subheader to 'without serial'"),
                    HasSubstr("another client"), Not(HasSubstr("machine-ip")), Not(HasSubstr("route"))));
  EXPECT_THAT(silence(peer(k3EAscii)),
              AllOf(HasSubstr("set communication-code to 'binary'"), Not(HasSubstr("subheader"))));
  EXPECT_THAT(silence(peer(k4EBinary, job::Ethernet::udp)),
              AllOf(HasSubstr("check machine-ip and port-number"), HasSubstr("communication partner")));
  SlmpPeer other_station = peer();
  other_station.how.route = {1, 3, 0x03FF, 0};
  EXPECT_THAT(silence(other_station), HasSubstr("network 1, station 3, module 03FF, multidrop 0 is not reached"));
}

TEST(SlmpFailure, SilenceAfterAnswersIsNoMatterOfSettings) {
  SlmpCounters counters;
  counters.answers = 5;
  counters.stale = 2;
  EXPECT_THAT(silence(peer(), counters), AllOf(HasSubstr("stopped answering"), Not(HasSubstr("communication-code")),
                                               HasSubstr("2 answers to earlier questions were dropped")));
}

TEST(SlmpFailure, AnswersOfAnotherStationAreToldWithTheSilence) {
  SlmpCounters counters;
  counters.foreign = 3;
  EXPECT_THAT(silence(peer(), counters), HasSubstr("3 answers of other stations than asked were dropped"));
}

TEST(SlmpFailure, EachWayNotToConnectHasItsRemedy) {
  const auto connect = [](net::NetError kind) { return cannot_connect(peer(), net_error(kind)).text; };
  EXPECT_THAT(connect(net::NetError::refused), AllOf(HasSubstr("nothing listens"), HasSubstr("written to the PLC")));
  EXPECT_THAT(connect(net::NetError::unreachable), AllOf(HasSubstr("cannot reach"), HasSubstr("machine-ip")));
  EXPECT_THAT(connect(net::NetError::name), HasSubstr("host name not known"));
  EXPECT_EQ(connect(net::NetError::failed), "cannot connect to 10.0.0.5:5007: network failure");
}

TEST(SlmpFailure, AConnectionClosedOnAnIqrSubcommandRaisesDoubtOfIt) {
  const test::SlmpWire wire{k4EBinary};
  const auto closed = [&](std::uint16_t subcommand) {
    const Bytes question = wire.ask(slmp::DeviceRead{subcommand, {0xA8, 0}, 1}, 1);
    return lost(peer(), net_error(net::NetError::closed), {}, question).text;
  };
  EXPECT_THAT(closed(2), AllOf(HasSubstr("another client holds the port"), HasSubstr("FX5")));
  EXPECT_THAT(closed(0), Not(HasSubstr("FX5")));
}

std::string wrong_frame(const SlmpPeer& plc, ByteView came) {
  const Error error = no_frame(plc, slmp::FrameFault::subheader, came);
  EXPECT_EQ(error.code, SlmpError::bad_frame);
  return error.text;
}

TEST(SlmpFailure, AnAnswerInAnotherFormatNamesTheSettingToChange) {
  EXPECT_EQ(wrong_frame(peer(), as_bytes("D4000001")),
            "10.0.0.5:5007 answers in ASCII while the job says binary: set communication-code to 'ascii', or the PLC's "
            "port to binary code");
  constexpr std::byte binary[]{std::byte{0xD0}, std::byte{0}};
  EXPECT_THAT(wrong_frame(peer(k3EAscii), binary), HasSubstr("set communication-code to 'binary'"));
  EXPECT_EQ(wrong_frame(peer(), binary),
            "10.0.0.5:5007 answers without serial while the job says 'with serial': set subheader to 'without serial'");
}

TEST(SlmpFailure, BytesOfNoProtocolOfOursAreShown) {
  EXPECT_THAT(wrong_frame(peer(), as_bytes("HTTP/1.1 400 Bad Request")),
              AllOf(HasSubstr("485454502F312E312034303020426164"), HasSubstr("port-number")));
  EXPECT_THAT(wrong_frame(peer(), as_bytes("S")), HasSubstr("53"));
}

TEST(SlmpFailure, AnEndCodeTellsItsMeaningAndWhoRefused) {
  slmp::Response response;
  response.end_code = 0xC056;
  EXPECT_THAT(refusal(peer(), response).text, AllOf(HasSubstr("C056"), Not(HasSubstr("refused by"))));
  response.error = slmp::ErrorInfo{{}, 0x0401, 0};
  EXPECT_THAT(refusal(peer(), response).text, Not(HasSubstr("refused by")));
  response.error->route = {1, 7, 0x03FF, 0};
  EXPECT_THAT(refusal(peer(), response).text, HasSubstr("refused by network 1, station 7"));
}

TEST(SlmpFailure, EachErrorHasATextOfItsOwn) {
  for (int e = static_cast<int>(SlmpError::no_answer); e <= static_cast<int>(SlmpError::unreachable); ++e) {
    const std::error_code code{static_cast<SlmpError>(e)};
    EXPECT_STREQ(code.category().name(), "slmp");
    EXPECT_NE(code.message(), "SLMP failure");
  }
}

}  // namespace
}  // namespace m2c2::machines
