// TCP and UDP over loopback: every way a peer can misbehave has its own error.
// SPDX-License-Identifier: Apache-2.0
#include "net/transport.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "net/event_loop.hpp"
#include "net/server.hpp"
#include "net/sockets.hpp"

namespace m2c2::net {
namespace {

using namespace std::chrono_literals;

class TransportTest : public testing::Test {
 protected:
  /// Runs one client task to its end.
  void run(std::function<Task<>()> client) {
    loop_.spawn([](EventLoop& loop, std::function<Task<>()> body) -> Task<> {
      co_await body();
      loop.stop();
    }(loop_, std::move(client)));
    loop_.run();
  }

  std::uint16_t serve_tcp(OnAccept on_accept) {
    server_ = listen_tcp(loop_, {"127.0.0.1", 0}, std::move(on_accept)).value();
    return server_->port();
  }

  static Task<> echo(std::unique_ptr<Transport> peer) {
    Bytes buffer(64 * 1024);
    for (;;) {
      const auto n = co_await peer->receive(buffer, SteadyTime::max());
      if (!n) co_return;
      if (!co_await peer->send(ByteView{buffer}.first(*n), SteadyTime::max())) co_return;
    }
  }

  SteadyTime in(Duration d) const { return loop_.steady() + d; }

  EventLoop loop_;
  std::unique_ptr<Server> server_;
};

TEST_F(TransportTest, TcpCarriesMoreThanASocketBufferBothWays) {
  const auto port = serve_tcp([&](std::unique_ptr<Transport> peer) { loop_.spawn(echo(std::move(peer))); });
  const auto tcp = make_tcp(loop_, {"127.0.0.1", port});
  const Bytes sent(8 * 1024 * 1024, std::byte{0x5A});
  std::size_t received = 0;
  const auto sender = [&]() -> Task<> { EXPECT_TRUE(co_await tcp->send(sent, in(30s))); };
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await tcp->open(in(5s)));
    loop_.spawn(sender());
    Bytes buffer(64 * 1024);
    while (received < sent.size()) {
      const auto n = co_await tcp->receive(buffer, in(30s));
      if (!n) break;
      received += *n;
    }
  });
  EXPECT_EQ(received, sent.size());
}

TEST_F(TransportTest, NobodyListeningIsRefused) {
  const auto port = serve_tcp([](std::unique_ptr<Transport>) {});
  server_.reset();
  const auto tcp = make_tcp(loop_, {"127.0.0.1", port});
  run([&]() -> Task<> {
    const auto opened = co_await tcp->open(in(5s));
    EXPECT_EQ(opened.error().code, NetError::refused);
  });
}

TEST_F(TransportTest, ASilentPeerTimesOutAndTheConnectionIsGone) {
  std::unique_ptr<Transport> held;
  const auto port = serve_tcp([&](std::unique_ptr<Transport> peer) { held = std::move(peer); });
  const auto tcp = make_tcp(loop_, {"localhost", port});
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await tcp->open(in(5s)));
    Bytes buffer(16);
    const auto n = co_await tcp->receive(buffer, in(20ms));
    EXPECT_EQ(n.error().code, NetError::timed_out);
    EXPECT_FALSE(tcp->is_open());
  });
}

TEST_F(TransportTest, APeerThatClosesSaysClosed) {
  const auto port = serve_tcp([](std::unique_ptr<Transport> peer) { peer->close(); });
  const auto tcp = make_tcp(loop_, {"127.0.0.1", port});
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await tcp->open(in(5s)));
    Bytes buffer(16);
    const auto n = co_await tcp->receive(buffer, in(5s));
    EXPECT_EQ(n.error().code, NetError::closed);
  });
}

TEST_F(TransportTest, OurOwnCloseEndsTheWaitAtOnce) {
  std::unique_ptr<Transport> held;
  const auto port = serve_tcp([&](std::unique_ptr<Transport> peer) { held = std::move(peer); });
  const auto tcp = make_tcp(loop_, {"127.0.0.1", port});
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await tcp->open(in(5s)));
    loop_.post([&] { tcp->close(); });
    Bytes buffer(16);
    const auto n = co_await tcp->receive(buffer, in(60s));
    EXPECT_EQ(n.error().code, NetError::cancelled);
  });
}

TEST_F(TransportTest, ANameThatNobodyKnowsIsToldAsSuch) {
  const auto tcp = make_tcp(loop_, {"plc.invalid", 5007});
  run([&]() -> Task<> {
    const auto opened = co_await tcp->open(in(30s));
    EXPECT_EQ(opened.error().code, NetError::name);
  });
}

TEST_F(TransportTest, CloseEndsALookupOfANameAtOnce) {
  const auto tcp = make_tcp(loop_, {"plc.invalid", 5007});
  run([&]() -> Task<> {
    loop_.post([&] { tcp->close(); });
    const auto opened = co_await tcp->open(in(3600s));
    EXPECT_EQ(opened.error().code, NetError::cancelled);
  });
}

// --- names with several addresses ---

constexpr std::string_view kHere = "127.0.0.1", kOther = "127.0.0.2";

/// A name server to which every name has these addresses.
NameLookup::Ask always(std::initializer_list<std::string_view> addresses) {
  Addresses found;
  for (const std::string_view address : addresses) found.push_back(asio::ip::make_address(address));
  return [found](const std::string&) { return found; };
}

/// Listens on kOther and answers no request to connect, since its queue is full.
class SilentListener {
 public:
  SilentListener(asio::io_context& io, std::uint16_t port) : acceptor_{io}, first_{io} {
    const asio::ip::tcp::endpoint here{asio::ip::make_address(kOther), port};
    acceptor_.open(here.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    acceptor_.bind(here);
    acceptor_.listen(0);
    first_.connect(here);
  }

 private:
  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::socket first_;
};

TEST_F(TransportTest, AnAddressThatSaysNothingLeavesTimeForTheNext) {
  const auto port = serve_tcp([&](std::unique_ptr<Transport> peer) { loop_.spawn(echo(std::move(peer))); });
  const SilentListener silent{loop_.impl().io, port};
  NameLookup names{loop_, always({kOther, kHere})};
  TcpTransport tcp{loop_.impl().io, names, {"gateway.plant", port}};
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await tcp.open(in(500ms)));
    Bytes buffer(16);
    EXPECT_TRUE(co_await tcp.send(as_bytes("hello"), in(5s)));
    EXPECT_TRUE(co_await tcp.receive(buffer, in(5s))) << "the time of the first address is over";
  });
}

TEST_F(TransportTest, OfSeveralAddressesTheOneThatRefusesIsTold) {
  const auto port = serve_tcp([](std::unique_ptr<Transport>) {});
  server_.reset();
  const SilentListener silent{loop_.impl().io, port};
  NameLookup names{loop_, always({kHere, kOther})};
  TcpTransport tcp{loop_.impl().io, names, {"gateway.plant", port}};
  run([&]() -> Task<> {
    const auto opened = co_await tcp.open(in(100ms));
    EXPECT_EQ(opened.error().code, NetError::refused);
    EXPECT_FALSE(tcp.is_open());
  });
}

TEST_F(TransportTest, CloseEndsTheTrialOfAllAddresses) {
  const auto port = serve_tcp([](std::unique_ptr<Transport>) {});
  const SilentListener silent{loop_.impl().io, port};
  NameLookup names{loop_, always({kOther, kHere})};
  TcpTransport tcp{loop_.impl().io, names, {"gateway.plant", port}};
  const auto closer = [&]() -> Task<> {
    const auto alarm = loop_.make_alarm();
    while (!tcp.is_open()) co_await alarm->wait_until(in(1ms));
    tcp.close();
  };
  run([&]() -> Task<> {
    loop_.spawn(closer());
    const auto opened = co_await tcp.open(in(3600s));
    EXPECT_EQ(opened.error().code, NetError::cancelled);
    EXPECT_FALSE(tcp.is_open());
  });
}

TEST_F(TransportTest, UdpTakesTheNextAddressAfterOneThatGaveNoAnswerAndKeepsToTheOneThatDid) {
  server_ =
      listen_udp(loop_, {std::string{kHere}, 0}, [](ByteView bytes, const Reply& reply) { reply(bytes); }).value();
  NameLookup names{loop_, always({kOther, kHere})};
  UdpTransport udp{loop_.impl().io, names, {"plc.plant", server_->port()}};
  run([&]() -> Task<> {
    Bytes buffer(16);
    for (const bool answers : {false, true, true}) {
      EXPECT_TRUE(co_await udp.open(in(5s)));
      EXPECT_TRUE(co_await udp.send(as_bytes("anyone?"), in(1s)));
      EXPECT_EQ(bool{co_await udp.receive(buffer, in(5s))}, answers);
    }
    EXPECT_TRUE(co_await udp.open(in(5s)));
    EXPECT_TRUE(co_await udp.open(in(5s))) << "without an answer in between";
    EXPECT_TRUE(co_await udp.send(as_bytes("anyone?"), in(1s)));
    EXPECT_FALSE(co_await udp.receive(buffer, in(5s)));
  });
}

TEST_F(TransportTest, AnEarlierDeadlineCountsThoughALaterOneIsRunning) {
  const auto port = serve_tcp([&](std::unique_ptr<Transport> peer) { loop_.spawn(echo(std::move(peer))); });
  const auto tcp = make_tcp(loop_, {"127.0.0.1", port});
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await tcp->open(in(3600s)));
    Bytes buffer(16);
    EXPECT_TRUE(co_await tcp->send(as_bytes("hello"), in(3600s)));
    EXPECT_TRUE(co_await tcp->receive(buffer, in(3600s)));
    const auto n = co_await tcp->receive(buffer, in(20ms));
    EXPECT_EQ(n.error().code, NetError::timed_out);
  });
}

TEST_F(TransportTest, UdpCarriesDatagramsAndALostOneCostsOnlyTheWait) {
  int seen = 0;
  server_ = listen_udp(loop_, {"127.0.0.1", 0}, [&](ByteView bytes, Reply reply) {
              if (++seen > 1) reply(bytes);
            }).value();
  const auto udp = make_udp(loop_, {"127.0.0.1", server_->port()});
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await udp->open(in(5s)));
    Bytes buffer(2048);
    EXPECT_TRUE(co_await udp->send(as_bytes("lost"), in(1s)));
    const auto nothing = co_await udp->receive(buffer, in(20ms));
    EXPECT_EQ(nothing.error().code, NetError::timed_out);
    EXPECT_TRUE(co_await udp->send(as_bytes("found"), in(1s)));
    const auto n = co_await udp->receive(buffer, in(5s));
    EXPECT_EQ(as_text(ByteView{buffer}.first(n.value_or(0))), "found");
  });
}

TEST_F(TransportTest, UdpToAPortNobodyHasIsRefused) {
  server_ = listen_udp(loop_, {"127.0.0.1", 0}, [](ByteView, const Reply&) {}).value();
  const auto port = server_->port();
  server_.reset();
  const auto udp = make_udp(loop_, {"127.0.0.1", port});
  run([&]() -> Task<> {
    EXPECT_TRUE(co_await udp->open(in(5s)));
    EXPECT_TRUE(co_await udp->send(as_bytes("anyone?"), in(1s)));
    Bytes buffer(16);
    const auto n = co_await udp->receive(buffer, in(5s));
    EXPECT_EQ(n.error().code, NetError::refused);
  });
}

TEST_F(TransportTest, ATakenPortIsToldWithItsAddress) {
  const auto port = serve_tcp([](std::unique_ptr<Transport>) {});
  const auto second = listen_tcp(loop_, {"127.0.0.1", port}, [](std::unique_ptr<Transport>) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text, "cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
}

}  // namespace
}  // namespace m2c2::net
