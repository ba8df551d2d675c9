// Questions and answers over a transport.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/session.hpp"

#include <utility>

namespace m2c2::machines {
namespace {

constexpr std::chrono::seconds kTimeToConnect{5};

bool has_serial(const SlmpPeer& peer) { return peer.how.format.frame == slmp::FrameType::e4; }
bool is_udp(const SlmpPeer& peer) { return peer.how.ethernet == job::Ethernet::udp; }
bool may_be_asked_twice(const SlmpPeer& peer) { return is_udp(peer) && has_serial(peer); }

}  // namespace

SlmpSession::SlmpSession(net::Loop& loop, net::Transport& transport, SlmpPeer peer)
    : loop_{loop},
      transport_{transport},
      peer_{std::move(peer)},
      inbox_{peer_.how.format, peer_.how.ethernet, counters_} {}

net::Task<Result<>> SlmpSession::open() {
  inbox_.clear();
  counters_ = {};
  const auto opened = co_await transport_.open(loop_.steady() + kTimeToConnect);
  if (opened) co_return Result<>{};
  transport_.close();
  co_return std::unexpected{cannot_connect(peer_, opened.error())};
}

net::Task<Result<slmp::Response>> SlmpSession::ask(std::span<std::byte> frame) {
  if (!transport_.is_open()) co_return fail(net::NetError::cancelled);
  for (bool may_repeat = may_be_asked_twice(peer_);; may_repeat = false) {
    auto response = co_await ask_once(frame);
    if (response) co_return response;
    if (!may_repeat || response.error().code != SlmpError::no_answer) {
      transport_.close();
      co_return response;
    }
    ++counters_.asked_again;
  }
}

Duration SlmpSession::patience() const {
  return kTimeToConnect + time_out(peer_.how) * (may_be_asked_twice(peer_) ? 2 : 1);
}

net::Task<Result<slmp::Response>> SlmpSession::ask_once(std::span<std::byte> frame) {
  const SteadyTime deadline = loop_.steady() + time_out(peer_.how);
  const auto failed = [&](const Error& net) { return std::unexpected{lost(peer_, net, counters_, frame)}; };
  if (is_udp(peer_) && !has_serial(peer_)) {
    const auto forgotten = co_await forget_doubles(deadline);
    if (!forgotten) co_return failed(forgotten.error());
  }
  slmp::set_serial(peer_.how.format, frame, ++serial_);
  inbox_.expect(peer_.how.route, serial_);
  ++counters_.requests;
  const auto sent = co_await transport_.send(frame, deadline);
  if (!sent) co_return failed(sent.error());
  for (;;) {
    const auto answer = inbox_.answer();
    if (!answer) co_return std::unexpected{no_frame(peer_, answer.error(), inbox_.rest())};
    if (*answer) co_return **answer;
    // A peer that never stops sending something else does not hold up the deadline.
    if (loop_.steady() >= deadline) co_return failed(Error{net::NetError::timed_out, {}});
    const auto got = co_await transport_.receive(inbox_.space(), deadline);
    if (!got) co_return failed(got.error());
    inbox_.filled(*got);
  }
}

/// The network may double a datagram. Without a serial number the second would pass for the next answer, and that one
/// for the one after it: so what is here before the question is dropped.
net::Task<Result<>> SlmpSession::forget_doubles(SteadyTime deadline) {
  while (loop_.steady() < deadline) {
    const auto got = co_await transport_.receive(inbox_.space(), loop_.steady());
    if (!got && got.error().code == net::NetError::timed_out) break;
    if (!got) co_return std::unexpected{got.error()};
    ++counters_.stale;
  }
  co_return Result<>{};
}

}  // namespace m2c2::machines
