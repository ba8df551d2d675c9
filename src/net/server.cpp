// Servers: accept connections, answer datagrams.
// SPDX-License-Identifier: Apache-2.0
#include "net/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/event_loop.hpp"
#include "net/sockets.hpp"

namespace m2c2::net {
namespace {

using asio::ip::tcp;
using asio::ip::udp;
constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

std::unexpected<Error> cannot_listen(const Endpoint& at, const boost::system::error_code& error) {
  return fail(error, "cannot listen on " + to_text(at) + ": " + error.message());
}

class TcpServer final : public Server {
 public:
  TcpServer(EventLoop& loop, OnAccept on_accept) : state_{std::make_shared<State>(loop, std::move(on_accept))} {}
  ~TcpServer() override {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
  }

  boost::system::error_code listen(const tcp::endpoint& at) {
    boost::system::error_code error;
    auto& acceptor = state_->acceptor;
    acceptor.open(at.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor.bind(at, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) spawn_on(state_->io, accept(state_));
    return error;
  }

  std::uint16_t port() const override { return state_->acceptor.local_endpoint().port(); }

 private:
  struct State {
    State(EventLoop& loop, OnAccept o)
        : io{loop.impl().io}, names{loop.names()}, acceptor{io}, on_accept{std::move(o)} {}
    asio::io_context& io;
    NameLookup& names;
    tcp::acceptor acceptor;
    OnAccept on_accept;
  };

  static Task<> accept(std::shared_ptr<State> state) {
    asio::steady_timer pause{state->io};
    while (state->acceptor.is_open()) {
      auto [error, socket] = co_await state->acceptor.async_accept(kAwaitTuple);
      if (!error) {
        state->on_accept(std::make_unique<TcpTransport>(state->io, state->names, std::move(socket)));
        continue;
      }
      // Out of descriptors, most likely: the peer waits in the queue meanwhile.
      pause.expires_after(std::chrono::milliseconds{50});
      co_await pause.async_wait(kAwaitTuple);
    }
  }

  std::shared_ptr<State> state_;
};

class UdpServer final : public Server {
 public:
  UdpServer(EventLoop& loop, OnDatagram on_datagram)
      : io_{loop.impl().io}, state_{std::make_shared<State>(io_, std::move(on_datagram))} {}
  ~UdpServer() override {
    boost::system::error_code ignored;
    state_->socket.close(ignored);
  }

  boost::system::error_code listen(const udp::endpoint& at) {
    boost::system::error_code error;
    state_->socket.open(at.protocol(), error);
    if (!error) state_->socket.bind(at, error);
    if (!error) state_->socket.non_blocking(true, error);
    if (!error) spawn_on(io_, serve(state_));
    return error;
  }

  std::uint16_t port() const override { return state_->socket.local_endpoint().port(); }

 private:
  struct State {
    State(asio::io_context& io, OnDatagram o) : socket{io}, on_datagram{std::move(o)} {}
    udp::socket socket;
    OnDatagram on_datagram;
  };

  static Reply reply_to(const std::shared_ptr<State>& state, const udp::endpoint& sender) {
    return [weak = std::weak_ptr{state}, sender](ByteView bytes) {
      const auto alive = weak.lock();
      if (!alive || !alive->socket.is_open()) return;
      boost::system::error_code lost;
      alive->socket.send_to(asio::buffer(bytes.data(), bytes.size()), sender, 0, lost);
    };
  }

  static Task<> serve(std::shared_ptr<State> state) {
    Bytes buffer(64 * 1024);
    udp::endpoint sender;
    while (state->socket.is_open()) {
      const auto [error, n] =
          co_await state->socket.async_receive_from(asio::buffer(buffer.data(), buffer.size()), sender, kAwaitTuple);
      if (!error) state->on_datagram(ByteView{buffer}.first(n), reply_to(state, sender));
    }
  }

  asio::io_context& io_;
  std::shared_ptr<State> state_;
};

template <class ServerType, class Protocol, class Handler>
Result<std::unique_ptr<Server>> listen_on(EventLoop& loop, const Endpoint& at, Handler handler) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(at.host, error);
  if (error) return fail(error, "cannot listen on '" + at.host + "': give an address such as 127.0.0.1 or 0.0.0.0");
  auto server = std::make_unique<ServerType>(loop, std::move(handler));
  if (const auto failed = server->listen(typename Protocol::endpoint{address, at.port}))
    return cannot_listen(at, failed);
  return server;
}

}  // namespace

Result<std::unique_ptr<Server>> listen_tcp(EventLoop& loop, const Endpoint& at, OnAccept on_accept) {
  return listen_on<TcpServer, tcp>(loop, at, std::move(on_accept));
}

Result<std::unique_ptr<Server>> listen_udp(EventLoop& loop, const Endpoint& at, OnDatagram on_datagram) {
  return listen_on<UdpServer, udp>(loop, at, std::move(on_datagram));
}

}  // namespace m2c2::net
