// Conversations with a PLC on its good and its bad days.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/scripted_transport.hpp"
#include "tests/support/slmp_wire.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;
using test::ScriptedPeer;
using testing::HasSubstr;

constexpr slmp::Format k3E{slmp::FrameType::e3, slmp::Code::binary};
constexpr slmp::Format k4E{slmp::FrameType::e4, slmp::Code::binary};
constexpr slmp::DeviceRead kD100{0, {0xA8, 100}, 2};

/// A session, and the PLC it talks to.
struct Line {
  explicit Line(slmp::Format format, job::Ethernet ethernet = job::Ethernet::tcp, std::uint16_t timer = 0)
      : wire{format, {}, timer},
        plc{loop, ethernet == job::Ethernet::udp ? ScriptedPeer::Kind::datagrams : ScriptedPeer::Kind::stream},
        transport{plc.transport()},
        session{loop, *transport, SlmpPeer{"192.168.3.250:5548", {"192.168.3.250", 5548, ethernet, format, {}, timer}}},
        frame{wire.ask(kD100, 0)} {}

  Result<> open() { return test::run(loop, session.open()); }
  Result<slmp::Response> ask_for_answer() { return test::run(loop, session.ask(frame)); }
  /// The words of D100 and D101, or the error.
  Result<std::vector<std::uint16_t>> ask() {
    const auto response = ask_for_answer();
    if (!response) return std::unexpected{response.error()};
    return slmp::decode_words(wire.format.code, response->data, 2).value();
  }
  Duration elapsed() const { return loop.steady().time_since_epoch(); }

  net::VirtualLoop loop;
  test::SlmpWire wire;
  ScriptedPeer plc;
  std::unique_ptr<net::Transport> transport;
  SlmpSession session;
  Bytes frame;
};

using Words = std::vector<std::uint16_t>;

class SlmpSessionTest : public testing::TestWithParam<slmp::Format> {};
INSTANTIATE_TEST_SUITE_P(AllFormats, SlmpSessionTest, testing::ValuesIn(test::kSlmpFormats),
                         [](const auto& format) { return test::name_of(format.param); });

TEST_P(SlmpSessionTest, AsksAndIsAnswered) {
  Line line{GetParam()};
  line.plc.expect(line.wire.ask(kD100, 1)).reply(line.wire.words({1, 2}, 1));
  line.plc.expect(line.wire.ask(kD100, 2)).reply(line.wire.words({3, 4}, 2), 1);
  line.plc.expect(line.wire.ask(kD100, 3)).wait(2s).reply(line.wire.words({5, 6}, 3), 3);
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask(), (Words{1, 2}));
  EXPECT_EQ(line.ask(), (Words{3, 4}));
  EXPECT_EQ(line.ask(), (Words{5, 6}));
}

TEST_P(SlmpSessionTest, AnEndCodeIsAnAnswerAndTheConnectionGoesOn) {
  Line line{GetParam()};
  line.plc.expect(line.wire.ask(kD100, 1)).reply(line.wire.refuse(0x4031, 1));
  line.plc.expect(line.wire.ask(kD100, 2)).reply(line.wire.words({3, 4}, 2));
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask_for_answer()->end_code, 0x4031);
  EXPECT_EQ(line.ask(), (Words{3, 4}));
}

TEST_P(SlmpSessionTest, AfterSilenceTheConnectionIsDroppedSoThatTheLateAnswerReachesNobody) {
  Line line{GetParam()};
  line.plc.expect(line.wire.ask(kD100, 1)).wait(3100ms).reply(line.wire.words({66, 66}, 1));
  line.plc.expect(line.wire.ask(kD100, 2)).reply(line.wire.words({3, 4}, 2));
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask().error().code, SlmpError::no_answer);
  EXPECT_FALSE(line.transport->is_open());
  EXPECT_EQ(line.ask().error().code, net::NetError::cancelled) << "until it is opened again";
  line.loop.advance(1s);
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask(), (Words{3, 4}));
}

TEST(SlmpSession, SilenceIsTimedFromTheMonitoringTimer) {
  const auto silence = [](std::uint16_t timer) {
    Line line{k4E, job::Ethernet::tcp, timer};
    line.plc.expect(line.wire.ask(kD100, 1)).stay_silent();
    EXPECT_TRUE(line.open());
    EXPECT_EQ(line.ask().error().code, SlmpError::no_answer);
    return line.elapsed();
  };
  EXPECT_EQ(silence(0), 3s);
  EXPECT_EQ(silence(8), 3s);
  EXPECT_EQ(silence(0x28), 11s);
}

TEST(SlmpSession, SaysHowLongItMayTakeToConnectAndAskOnce) {
  EXPECT_EQ((Line{k4E}.session.patience()), 5s + 3s);
  EXPECT_EQ((Line{k4E, job::Ethernet::tcp, 40}.session.patience()), 5s + 11s);
  EXPECT_EQ((Line{k3E, job::Ethernet::udp, 40}.session.patience()), 5s + 11s);
  EXPECT_EQ((Line{k4E, job::Ethernet::udp, 40}.session.patience()), 5s + 2 * 11s);
}

TEST(SlmpSession, APlcThatNeverStopsTalkingOfOtherThingsDoesNotAnswer) {
  Line line{k4E};
  line.plc.expect(line.wire.ask(kD100, 1));
  for (int i = 0; i < 10; ++i) line.plc.wait(500ms).reply(line.wire.request(slmp::Command{0x2101}, 0, {}, 0));
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask().error().code, SlmpError::no_answer);
  EXPECT_LE(line.elapsed(), 3100ms);
}

TEST(SlmpSession, TheAnswerToThePreviousQuestionIsDropped) {
  Line line{k4E};
  line.plc.expect(line.wire.ask(kD100, 1)).reply(line.wire.words({1, 2}, 1)).reply(line.wire.words({1, 2}, 1));
  line.plc.expect(line.wire.ask(kD100, 2)).reply(line.wire.words({3, 4}, 2));
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask(), (Words{1, 2}));
  EXPECT_EQ(line.ask(), (Words{3, 4}));
  EXPECT_EQ(line.session.counters().stale, 1u);
}

TEST(SlmpSession, AConnectionClosedBeforeAWordIsATakenPort) {
  Line line{k4E};
  line.plc.expect(line.wire.ask(kD100, 1)).close();
  ASSERT_TRUE(line.open());
  const auto lost = line.ask();
  EXPECT_EQ(lost.error().code, SlmpError::taken);
  EXPECT_THAT(lost.error().text, HasSubstr("another SLMP connection entry"));
}

TEST(SlmpSession, AConnectionClosedLaterOrInTheMiddleOfAnAnswerIsClosed) {
  Line later{k4E};
  later.plc.expect(later.wire.ask(kD100, 1)).reply(later.wire.words({1, 2}, 1)).close();
  later.plc.expect(later.wire.ask(kD100, 2));
  ASSERT_TRUE(later.open());
  EXPECT_TRUE(later.ask());
  EXPECT_EQ(later.ask().error().code, SlmpError::closed);

  Line middle{k4E};
  Bytes half = middle.wire.words({1, 2}, 1);
  half.resize(half.size() / 2);
  middle.plc.expect(middle.wire.ask(kD100, 1)).reply(half).close();
  middle.plc.expect(middle.wire.ask(kD100, 2)).reply(middle.wire.words({3, 4}, 2));
  ASSERT_TRUE(middle.open());
  EXPECT_EQ(middle.ask().error().code, SlmpError::closed);
  ASSERT_TRUE(middle.open());
  EXPECT_EQ(middle.ask(), (Words{3, 4})) << "the half answer is gone with its connection";
}

TEST(SlmpSession, WaysNotToConnectAreToldApart) {
  Line line{k4E};
  line.plc.fail_to_open(net::NetError::refused).fail_to_open(net::NetError::unreachable);
  line.plc.fail_to_open(net::NetError::name).fail_to_open(net::NetError::cancelled);
  EXPECT_EQ(line.open().error().code, SlmpError::refused);
  EXPECT_EQ(line.open().error().code, SlmpError::unreachable);
  EXPECT_EQ(line.open().error().code, SlmpError::unreachable);
  EXPECT_EQ(line.open().error().code, net::NetError::cancelled);
  EXPECT_TRUE(line.open());
}

TEST(SlmpSession, WhatIsNoFrameEndsTheConnection) {
  Line line{k4E};
  line.plc.expect(line.wire.ask(kD100, 1))
      .reply(test::SlmpWire{{slmp::FrameType::e4, slmp::Code::ascii}}.words({1, 2}, 1));
  line.plc.expect(line.wire.ask(kD100, 2)).reply(line.wire.words({3, 4}, 2));
  ASSERT_TRUE(line.open());
  const auto ascii = line.ask();
  EXPECT_EQ(ascii.error().code, SlmpError::bad_frame);
  EXPECT_THAT(ascii.error().text, HasSubstr("answers in ASCII while the job says binary"));
  EXPECT_FALSE(line.transport->is_open());
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask(), (Words{3, 4}));
}

net::Task<> close_later(Line& line, net::Alarm& alarm) {
  co_await alarm.wait_until(line.loop.steady() + 1s);
  line.session.close();
}

TEST(SlmpSession, OurOwnCloseEndsTheQuestion) {
  Line line{k4E};
  line.plc.expect(line.wire.ask(kD100, 1)).stay_silent();
  ASSERT_TRUE(line.open());
  const auto alarm = line.loop.make_alarm();
  line.loop.spawn(close_later(line, *alarm));
  EXPECT_EQ(line.ask().error().code, net::NetError::cancelled);
  EXPECT_EQ(line.elapsed(), 1s);
}

TEST(SlmpSession, OverUdpALostDatagramIsAskedForAgainUnderAFreshNumber) {
  Line line{k4E, job::Ethernet::udp};
  line.plc.expect(line.wire.ask(kD100, 1)).wait(3100ms).reply(line.wire.words({66, 66}, 1));  // only late
  line.plc.expect(line.wire.ask(kD100, 2)).wait(200ms).reply(line.wire.words({1, 2}, 2));
  line.plc.expect(line.wire.ask(kD100, 3)).reply(line.wire.words({3, 4}, 3));
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask(), (Words{1, 2}));
  EXPECT_EQ(line.ask(), (Words{3, 4}));
  EXPECT_EQ(line.session.counters().asked_again, 1u);
  EXPECT_EQ(line.session.counters().stale, 1u);
}

TEST(SlmpSession, OverUdpTwoLostDatagramsAreSilence) {
  Line line{k4E, job::Ethernet::udp};
  line.plc.expect(line.wire.ask(kD100, 1)).stay_silent();
  line.plc.expect(line.wire.ask(kD100, 2)).stay_silent();
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask().error().code, SlmpError::no_answer);
  EXPECT_EQ(line.elapsed(), 6s);
  EXPECT_FALSE(line.transport->is_open());
}

TEST(SlmpSession, OverUdpWithoutSerialNumbersNothingIsAskedTwice) {
  Line line{k3E, job::Ethernet::udp};
  line.plc.expect(line.wire.ask(kD100, 1)).stay_silent();
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask().error().code, SlmpError::no_answer);
  EXPECT_EQ(line.elapsed(), 3s);
  EXPECT_FALSE(line.transport->is_open());
}

TEST(SlmpSession, OverUdpWithoutSerialNumbersADoubledAnswerIsNotTheNext) {
  Line line{k3E, job::Ethernet::udp};
  line.plc.expect(line.wire.ask(kD100, 0)).reply(line.wire.words({1, 2}, 0)).reply(line.wire.words({1, 2}, 0));
  line.plc.expect(line.wire.ask(kD100, 0)).wait(5ms).reply(line.wire.words({3, 4}, 0));
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask(), (Words{1, 2}));
  EXPECT_EQ(line.ask(), (Words{3, 4}));
  EXPECT_EQ(line.session.counters().stale, 1u);
}

TEST(SlmpSession, OverUdpAPortNobodyHasIsRefused) {
  Line line{k4E, job::Ethernet::udp};
  line.plc.expect(line.wire.ask(kD100, 1)).fail(net::NetError::refused);
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.ask().error().code, SlmpError::refused);
}

TEST(SlmpSession, SerialNumbersWrapAndEveryAnswerIsItsOwn) {
  Line line{k4E};
  line.plc.otherwise([&](ByteView request) {
    const std::uint16_t serial = slmp::decode_request(k4E, request)->serial;
    return line.wire.words({serial, 7}, serial);
  });
  ASSERT_TRUE(line.open());
  bool all_right = true;
  test::run(line.loop, [](Line& l, bool& right) -> net::Task<bool> {
    for (std::uint32_t n = 1; n <= 70'000 && right; ++n) {
      const auto response = co_await l.session.ask(l.frame);
      right = response && slmp::decode_words(slmp::Code::binary, response->data, 2)->front() == (n & 0xFFFF);
    }
    co_return true;
  }(line, all_right));
  EXPECT_TRUE(all_right);
  EXPECT_EQ(line.session.counters().answers, 70'000u);
}

}  // namespace
}  // namespace m2c2::machines
