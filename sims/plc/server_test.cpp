// A station on the network, over loopback: what only a real connection shows.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/server.hpp"

#include <functional>

#include "sims/plc/options.hpp"
#include "sims/plc/test_dialogue.hpp"

namespace m2c2::sim {
namespace {

using net::Task;
using net::Transport;
using testing::HasSubstr;

const Bytes kReadD100 = *from_hex("500000FFFF03000C00000001040000640000A80300");
constexpr std::string_view kAnswer = "D00000FFFF030008000000070008000900";

class OnLoopback : public testing::Test {
 protected:
  OnLoopback() { EXPECT_TRUE(set_value(station.plc, "D100=7,8,9")); }

  std::unique_ptr<Port> open(Carriers carriers = {}) {
    return std::move(open_port(loop, station, {.host = "127.0.0.1"}, carriers, loop.steady()).value());
  }

  /// Runs the client's part to its end; a part that hangs fails by its deadlines.
  void play(const std::function<Task<>()>& part) {
    const auto whole = [&]() -> Task<> {
      co_await part();
      loop.stop();
    };
    loop.spawn(whole());
    loop.run();
  }

  SteadyTime soon() const { return loop.steady() + 5s; }

  Task<std::string> receive(Transport& peer, std::size_t bytes) {
    std::string heard;
    Bytes buffer(256);
    while (heard.size() < 2 * bytes) {
      const auto n = co_await peer.receive(buffer, soon());
      if (!n) co_return heard + "(" + n.error().text + ")";
      heard += to_hex(ByteView{buffer}.first(*n));
    }
    co_return heard;
  }

  Task<std::string> ask(Transport& peer) {
    if (!peer.is_open()) {
      const auto opened = co_await peer.open(soon());
      if (!opened) co_return opened.error().text;
    }
    const auto sent = co_await peer.send(kReadD100, soon());
    if (!sent) co_return sent.error().text;
    co_return co_await receive(peer, kAnswer.size() / 2);
  }

  net::EventLoop loop;
  Station station{*find_family("iq-r")};
};

TEST_F(OnLoopback, TcpAndUdpAnswerOnOnePort) {
  const auto port = open();
  EXPECT_NE(port->endpoint().port, 0);
  play([&]() -> Task<> {
    const auto tcp = net::make_tcp(loop, port->endpoint());
    const auto udp = net::make_udp(loop, port->endpoint());
    EXPECT_EQ(co_await ask(*tcp), kAnswer);
    EXPECT_EQ(co_await ask(*udp), kAnswer);
    EXPECT_EQ(co_await ask(*tcp), kAnswer);
  });
}

TEST_F(OnLoopback, APortOfOneCarrierRefusesTheOther) {
  const auto port = open({.tcp = false, .udp = true});
  play([&]() -> Task<> {
    const auto tcp = net::make_tcp(loop, port->endpoint());
    EXPECT_THAT(co_await ask(*tcp), HasSubstr("refused"));
  });
}

TEST_F(OnLoopback, ATakenPortIsAClearError) {
  const auto first = open();
  const auto second = open_port(loop, station, first->endpoint(), {}, loop.steady());
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().text, HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(first->endpoint().port)));
}

TEST_F(OnLoopback, SplitSendsPieces) {
  const auto port = open();
  ASSERT_TRUE(apply_fault(station.faults, "split:3"));
  play([&]() -> Task<> {
    const auto tcp = net::make_tcp(loop, port->endpoint());
    const auto opened = co_await tcp->open(soon());
    EXPECT_TRUE(opened.has_value());
    const auto sent = co_await tcp->send(kReadD100, soon());
    EXPECT_TRUE(sent.has_value());
    Bytes buffer(256);
    const auto first = co_await tcp->receive(buffer, soon());
    EXPECT_EQ(first.value_or(0), 3);
    EXPECT_EQ(co_await receive(*tcp, kAnswer.size() / 2 - 3), kAnswer.substr(6));
  });
}

TEST_F(OnLoopback, DelayHoldsAnswersBack) {
  const auto port = open();
  ASSERT_TRUE(apply_fault(station.faults, "delay:30ms"));
  play([&]() -> Task<> {
    const auto tcp = net::make_tcp(loop, port->endpoint());
    const auto udp = net::make_udp(loop, port->endpoint());
    const SteadyTime start = loop.steady();
    EXPECT_EQ(co_await ask(*tcp), kAnswer);
    EXPECT_EQ(co_await ask(*udp), kAnswer);
    EXPECT_GE(loop.steady() - start, 60ms);
  });
}

TEST_F(OnLoopback, CloseEndsTheConnectionAndANewOneIsServed) {
  const auto port = open();
  ASSERT_TRUE(apply_fault(station.faults, "close:1"));
  play([&]() -> Task<> {
    const auto tcp = net::make_tcp(loop, port->endpoint());
    EXPECT_EQ(co_await ask(*tcp), kAnswer);
    EXPECT_THAT(co_await receive(*tcp, 1), HasSubstr("closed"));
    tcp->close();
    EXPECT_EQ(co_await ask(*tcp), kAnswer);
  });
}

TEST_F(OnLoopback, OneClientClosesTheSecondAtOnceUntilTheFirstIsGone) {
  const auto port = open();
  ASSERT_TRUE(apply_fault(station.faults, "one-client"));
  play([&]() -> Task<> {
    const auto first = net::make_tcp(loop, port->endpoint());
    const auto second = net::make_tcp(loop, port->endpoint());
    EXPECT_EQ(co_await ask(*first), kAnswer);
    const auto opened = co_await second->open(soon());
    EXPECT_TRUE(opened.has_value());
    EXPECT_THAT(co_await receive(*second, 1), HasSubstr("closed"));
    EXPECT_EQ(co_await ask(*first), kAnswer);
    first->close();
    std::string heard;
    for (int tries = 0; tries < 100 && heard != kAnswer; ++tries) {
      second->close();
      heard = co_await ask(*second);
    }
    EXPECT_EQ(heard, kAnswer);
  });
}

TEST(Options, EndpointsAreAnAddressAndAPort) {
  EXPECT_EQ(to_text(parse_endpoint("127.0.0.1:5007").value()), "127.0.0.1:5007");
  EXPECT_EQ(to_text(parse_endpoint("[::1]:0").value()), "[::1]:0");
  for (const char* text : {"", "5007", "127.0.0.1", "127.0.0.1:", ":5007", "127.0.0.1:65536", "127.0.0.1:x"}) {
    EXPECT_THAT(parse_endpoint(text).error(), HasSubstr("is not an address and port")) << text;
  }
}

}  // namespace
}  // namespace m2c2::sim
