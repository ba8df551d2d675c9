// A station on the network: sessions over connections and datagrams.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/server.hpp"

#include <algorithm>

#include "sims/plc/session.hpp"

namespace m2c2::sim {
namespace {

using net::Task;
using net::Transport;

constexpr std::size_t kReceiveBytes = 4096;
/// Long enough that the peer's system does not put the pieces together again.
constexpr Duration kBetweenPieces = std::chrono::microseconds{100};
/// How often another number is tried when the system's choice for TCP is taken for UDP.
constexpr int kPortTries = 16;

/// What the tasks of one port need; the tasks may outlive the port, but neither the station nor the loop.
struct Shared {
  net::EventLoop& loop;
  Station& station;
  SteadyTime start;
  std::size_t clients = 0;  // over TCP
};

/// Counts itself among the port's clients.
class Client {
 public:
  explicit Client(std::shared_ptr<Shared> shared) : shared_{std::move(shared)} { ++shared_->clients; }
  ~Client() { --shared_->clients; }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

 private:
  std::shared_ptr<Shared> shared_;
};

Task<> pause(net::EventLoop& loop, Duration length) {
  const auto alarm = loop.make_alarm();
  co_await alarm->wait_until(loop.steady() + length);
}

Task<bool> send_pieces(net::EventLoop& loop, Transport& peer, ByteView bytes, std::size_t piece) {
  while (!bytes.empty()) {
    const ByteView next = bytes.first(std::min(piece, bytes.size()));
    const auto sent = co_await peer.send(next, SteadyTime::max());
    if (!sent) co_return false;
    bytes = bytes.subspan(next.size());
    if (!bytes.empty()) co_await pause(loop, kBetweenPieces);
  }
  co_return true;
}

/// False when the connection is over.
Task<bool> carry_out(net::EventLoop& loop, Transport& peer, const Reaction& reaction) {
  if (!reaction.bytes.empty()) {
    if (reaction.delay > Duration::zero()) co_await pause(loop, reaction.delay);
    const std::size_t piece = reaction.piece == 0 ? reaction.bytes.size() : reaction.piece;
    const bool sent = co_await send_pieces(loop, peer, reaction.bytes, piece);
    if (!sent) co_return false;
  }
  co_return !reaction.close;
}

Task<> serve(std::shared_ptr<Shared> shared, std::unique_ptr<Transport> peer) {
  const Client client{shared};
  Session session{shared->station, Carrier::tcp};
  Reaction reaction;
  Bytes buffer(kReceiveBytes);
  for (bool open = true; open;) {
    const auto received = co_await peer->receive(buffer, SteadyTime::max());
    if (!received) co_return;
    session.receive(ByteView{buffer}.first(*received), shared->loop.steady() - shared->start, reaction);
    open = co_await carry_out(shared->loop, *peer, reaction);
  }
}

net::OnAccept accept_clients(const std::shared_ptr<Shared>& shared) {
  return [shared](std::unique_ptr<Transport> peer) {
    const bool refused = shared->station.faults.one_client && shared->clients > 0;
    if (!refused) shared->loop.spawn(serve(shared, std::move(peer)));
  };
}

Task<> reply_later(std::shared_ptr<Shared> shared, Reaction reaction, net::Reply reply) {
  co_await pause(shared->loop, reaction.delay);
  reply(reaction.bytes);
}

net::OnDatagram answer_datagrams(const std::shared_ptr<Shared>& shared) {
  struct Conversation {
    Session session;
    Reaction reaction{};
  };
  const auto with = std::make_shared<Conversation>(Session{shared->station, Carrier::udp});
  return [shared, with](ByteView datagram, const net::Reply& reply) {
    Reaction& reaction = with->reaction;
    with->session.receive(datagram, shared->loop.steady() - shared->start, reaction);
    if (reaction.bytes.empty()) return;
    if (reaction.delay > Duration::zero()) shared->loop.spawn(reply_later(shared, reaction, reply));
    else reply(reaction.bytes);
  };
}

class ServedPort final : public Port {
 public:
  ServedPort(net::EventLoop& loop, Station& station, SteadyTime start)
      : shared_{std::make_shared<Shared>(loop, station, start)} {}

  Result<> listen(net::Endpoint at, Carriers carriers) {
    endpoint_ = std::move(at);
    if (carriers.tcp) {
      auto tcp = net::listen_tcp(shared_->loop, endpoint_, accept_clients(shared_));
      if (!tcp) return std::unexpected{tcp.error()};
      tcp_ = std::move(*tcp);
      endpoint_.port = tcp_->port();
    }
    if (carriers.udp) {
      auto udp = net::listen_udp(shared_->loop, endpoint_, answer_datagrams(shared_));
      if (!udp) return std::unexpected{udp.error()};
      udp_ = std::move(*udp);
      endpoint_.port = udp_->port();
    }
    return {};
  }

  net::Endpoint endpoint() const override { return endpoint_; }

 private:
  std::shared_ptr<Shared> shared_;
  net::Endpoint endpoint_;
  std::unique_ptr<net::Server> tcp_;
  std::unique_ptr<net::Server> udp_;
};

}  // namespace

Result<std::unique_ptr<Port>> open_port(net::EventLoop& loop, Station& station, const net::Endpoint& at,
                                        Carriers carriers, SteadyTime start) {
  for (int tries = at.port == 0 ? kPortTries : 1;; --tries) {
    auto port = std::make_unique<ServedPort>(loop, station, start);
    const auto listening = port->listen(at, carriers);
    if (listening) return port;
    if (tries == 1) return std::unexpected{listening.error()};
  }
}

}  // namespace m2c2::sim
