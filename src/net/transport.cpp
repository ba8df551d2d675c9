// Connections over TCP and UDP, and the words for their errors.
// SPDX-License-Identifier: Apache-2.0
#include "net/transport.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "base/error_family.hpp"
#include "net/event_loop.hpp"
#include "net/sockets.hpp"

namespace m2c2::net {
namespace {

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

NetError kind_of(const boost::system::error_code& error, const Watchdog& watchdog) {
  using namespace asio::error;
  if (error == operation_aborted) return watchdog.bitten() ? NetError::timed_out : NetError::cancelled;
  if (error == connection_refused) return NetError::refused;
  if (error == host_unreachable || error == network_unreachable || error == asio::error::timed_out ||
      error == network_down)
    return NetError::unreachable;
  if (error == eof || error == connection_reset || error == broken_pipe || error == connection_aborted)
    return NetError::closed;
  return NetError::failed;
}

std::unexpected<Error> failure(const boost::system::error_code& error, const Watchdog& watchdog) {
  const NetError kind = kind_of(error, watchdog);
  return fail(kind, kind == NetError::failed ? error.message() : error_text(kind));
}

/// The peer's addresses. `lookup` is there, for close(), while a name is looked up.
Task<Result<Addresses>> resolve(NameLookup& names, const Endpoint& peer, std::shared_ptr<NameWait>& lookup,
                                SteadyTime deadline) {
  boost::system::error_code not_literal;
  const auto address = asio::ip::make_address(peer.host, not_literal);
  if (!not_literal) co_return Addresses{address};

  const auto mine = lookup = names.begin(peer.host);
  auto found = co_await names.finish(mine, deadline);
  if (lookup == mine) lookup.reset();
  co_return found;
}

/// Until when to try one of so many addresses that are left.
SteadyTime its_share(SteadyTime deadline, std::size_t addresses) {
  const SteadyTime now = SteadyTime::clock::now();
  return now + (deadline - now) / static_cast<std::ptrdiff_t>(addresses);
}

void give_up(std::shared_ptr<NameWait>& lookup) {
  if (const auto waited_for = std::exchange(lookup, nullptr)) waited_for->give_up();
}

}  // namespace

const char* error_family_name(NetError) { return "net"; }

std::string error_text(NetError e) {
  switch (e) {
    case NetError::refused:
      return "connection refused";
    case NetError::unreachable:
      return "host unreachable";
    case NetError::name:
      return "host name not known";
    case NetError::timed_out:
      return "no answer in time";
    case NetError::closed:
      return "connection closed by the peer";
    case NetError::cancelled:
      return "cancelled";
    case NetError::failed:
      break;
  }
  return "network failure";
}

std::error_code make_error_code(NetError e) { return make_family_code(e); }

std::string to_text(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

Task<Result<>> TcpTransport::open(SteadyTime deadline) {
  close();
  closed_ = false;
  const auto addresses = co_await resolve(names_, peer_, lookup_, deadline);
  if (!addresses) co_return std::unexpected{addresses.error()};
  Result<> opened;
  std::size_t left = addresses->size();
  for (const auto& address : *addresses) {
    // One that says nothing leaves time for the next: a host may have an IPv6 address that nobody serves.
    const auto here = co_await connect(address, its_share(deadline, left--));
    if (here || closed_) co_return here;
    // That a host refuses says more than that nothing answers.
    if (opened || opened.error().code != NetError::refused) opened = here;
  }
  co_return opened;
}

Task<Result<>> TcpTransport::connect(asio::ip::address address, SteadyTime deadline) {
  watchdog_.arm(deadline);
  const auto [error] = co_await socket_.async_connect({address, peer_.port}, kAwaitTuple);
  watchdog_.disarm();
  if (closed_) co_return fail(NetError::cancelled);
  if (error) {
    const auto failed = failure(error, watchdog_);
    close_socket();
    // Nobody answered the request to connect: that is the host, not a peer that went quiet.
    if (failed.error().code == NetError::timed_out) co_return fail(NetError::unreachable);
    co_return failed;
  }
  configure();
  co_return Result<>{};
}

void TcpTransport::configure() {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.set_option(asio::socket_base::keep_alive{true}, ignored);
  socket_.non_blocking(true, ignored);
}

Task<Result<>> TcpTransport::send(ByteView bytes, SteadyTime deadline) {
  boost::system::error_code error;
  const std::size_t sent = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
  if (!error && sent == bytes.size()) co_return Result<>{};
  if (error && error != asio::error::would_block) co_return failure(error, watchdog_);
  watchdog_.arm(deadline);
  const ByteView rest = bytes.subspan(sent);
  const auto [late_error, n] = co_await asio::async_write(socket_, asio::buffer(rest.data(), rest.size()), kAwaitTuple);
  watchdog_.disarm();
  if (late_error) co_return failure(late_error, watchdog_);
  co_return Result<>{};
}

Task<Result<std::size_t>> TcpTransport::receive(std::span<std::byte> into, SteadyTime deadline) {
  watchdog_.arm(deadline);
  const auto [error, n] = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), kAwaitTuple);
  watchdog_.disarm();
  if (error) co_return failure(error, watchdog_);
  co_return n;
}

void TcpTransport::close() {
  closed_ = true;
  give_up(lookup_);
  close_socket();
}

void TcpTransport::close_socket() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Task<Result<>> UdpTransport::open(SteadyTime deadline) {
  close();
  auto addresses = co_await resolve(names_, peer_, lookup_, deadline);
  if (!addresses) co_return std::unexpected{addresses.error()};
  put_in_turn(*addresses);
  boost::system::error_code error;
  for (const auto& address : *addresses) {
    error = connect(address);
    if (!error) co_return Result<>{};
    close();
  }
  co_return failure(error, watchdog_);
}

/// A datagram that reaches nobody is lost without a word: so the next address is tried once one gave no answer.
void UdpTransport::put_in_turn(Addresses& addresses) const {
  auto first = std::ranges::find(addresses, last_);
  if (first == addresses.end()) return;
  if (!answered_) ++first;
  std::ranges::rotate(addresses, first);
}

boost::system::error_code UdpTransport::connect(const asio::ip::address& address) {
  last_ = address;
  answered_ = false;
  const asio::ip::udp::endpoint peer{address, peer_.port};
  boost::system::error_code error;
  socket_.open(peer.protocol(), error);
  if (!error) socket_.connect(peer, error);  // a connected socket takes datagrams of this peer alone
  if (!error) socket_.non_blocking(true, error);
  return error;
}

Task<Result<>> UdpTransport::send(ByteView bytes, SteadyTime) {
  boost::system::error_code error;
  socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
  // A full send buffer loses the datagram, as the network may: the caller asks again in time.
  if (error && error != asio::error::would_block) co_return failure(error, watchdog_);
  co_return Result<>{};
}

Task<Result<std::size_t>> UdpTransport::receive(std::span<std::byte> into, SteadyTime deadline) {
  watchdog_.arm(deadline);
  const auto [error, n] = co_await socket_.async_receive(asio::buffer(into.data(), into.size()), kAwaitTuple);
  watchdog_.disarm();
  if (error) co_return failure(error, watchdog_);
  answered_ = true;
  co_return n;
}

void UdpTransport::close() {
  give_up(lookup_);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

std::unique_ptr<Transport> make_tcp(EventLoop& loop, Endpoint peer) {
  return std::make_unique<TcpTransport>(loop.impl().io, loop.names(), std::move(peer));
}

std::unique_ptr<Transport> make_udp(EventLoop& loop, Endpoint peer) {
  return std::make_unique<UdpTransport>(loop.impl().io, loop.names(), std::move(peer));
}

}  // namespace m2c2::net
