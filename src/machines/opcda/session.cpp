// The life of client objects.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "machines/opcda/rows.hpp"
#include "protocols/pyro/value.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTimeToConnect = 5s;
/// The gateway's own time-out (5 s, of a callback) must come first.
constexpr Duration kTimeToAnswer = 10s;
constexpr Duration kTimeToClose = 2s;
/// At the end nobody waits for a machine that is away.
constexpr Duration kTimeToGreet = 250ms;
constexpr Duration kTimeToLeave = 900ms;
/// For an object that is being made: only its answer tells what is to be closed.
constexpr Duration kTimeToFinish = 400ms;
constexpr std::size_t kMostServers = 1000;

std::string one_argument(std::string_view text) { return pyro::to_serpent(pyro::Tuple{{text}}); }

/// What a call returned, or the error that it raised.
Result<std::string> returned(const OpcdaPeer& peer, std::string_view call, const Result<pyro::Answer>& answer) {
  if (!answer) return std::unexpected{answer.error()};
  if (const auto* what = std::get_if<pyro::Raised>(&*answer)) return std::unexpected{raised(peer, call, *what)};
  return std::string{std::get<pyro::Returned>(*answer).value};
}

}  // namespace

OpcdaSession::OpcdaSession(net::Loop& loop, net::Transport& transport, OpcdaPeer peer)
    : loop_{loop}, link_{loop, transport, std::move(peer)} {}

net::Task<Result<>> OpcdaSession::open() {
  closing_ = false;
  if (const auto linked = co_await link_.open(kTimeToConnect); !linked) co_return linked;
  if (const auto closed = co_await close_old(loop_.steady() + kTimeToClose); !closed) co_return closed;
  if (!object_.empty())
    if (const auto resumed = co_await resume(); !resumed) co_return resumed;
  if (!object_.empty()) co_return Result<>{};
  auto made = co_await make();
  if (!made) co_return std::unexpected{made.error()};
  object_ = *std::move(made);
  co_return Result<>{};
}

/// Asks the object for its name, which costs no call of the OPC DA server. One that is gone is forgotten.
net::Task<Result<>> OpcdaSession::resume() {
  const auto answer = co_await call("GUID", "()");
  if (!answer) co_return std::unexpected{answer.error()};
  const auto* failed = std::get_if<pyro::Raised>(&*answer);
  if (failed == nullptr) co_return Result<>{};
  if (is_unknown_object(*failed)) object_.clear();
  else distrust();
  co_return Result<>{};
}

net::Task<Result<pyro::Answer>> OpcdaSession::call(std::string_view method, std::string_view arguments,
                                                   std::string_view keywords) {
  co_return co_await link_.call({.object = object_, .method = method, .arguments = arguments, .keywords = keywords},
                                kTimeToAnswer);
}

/// From here on the object is among the old ones, so that it is closed whatever happens.
net::Task<Result<std::string>> OpcdaSession::create() {
  creating_ = true;
  const auto answer = co_await link_.call({.object = "opc", .method = "create_client"}, kTimeToAnswer);
  creating_ = false;
  const auto value = returned(peer(), "create_client", answer);
  if (!value) co_return std::unexpected{value.error()};
  auto id = pyro::object_id(*value);
  if (!id) {
    link_.close();
    co_return std::unexpected{odd_answer(peer(), "create_client", "no object in it")};
  }
  old_.push_back(*id);
  if (closing_) co_return fail(net::NetError::cancelled);
  co_return *std::move(id);
}

/// A second close() does not wait.
void OpcdaSession::close() {
  const bool finish = creating_ && !closing_;
  closing_ = true;
  if (finish) link_.close_unless_answered(kTimeToFinish);
  else link_.close();
}

net::Task<Result<std::string>> OpcdaSession::make() {
  auto id = co_await create();
  if (!id) co_return id;
  const std::string server = one_argument(peer().server);
  const auto answer = co_await link_.call({.object = *id, .method = "connect", .arguments = server}, kTimeToAnswer);
  auto connected = returned(peer(), "connect", answer);
  if (connected) {
    std::erase(old_, *id);
    co_return id;
  }
  const auto* why = answer ? std::get_if<pyro::Raised>(&*answer) : nullptr;
  if (why != nullptr && is_unknown_server(*why)) connected.error().text += co_await servers_there_are(*id);
  if (link_.is_open()) co_await close_old(loop_.steady() + kTimeToClose);
  co_return std::unexpected{connected.error()};
}

/// What the gateway answers to close() does not matter: a session with groups is gone though close() raises. One whose
/// close() is not answered is not tried again, lest it hang the next connection too.
net::Task<Result<>> OpcdaSession::close_old(SteadyTime deadline) {
  while (!old_.empty()) {
    const std::string id = old_.back();
    const Duration left = std::max<Duration>(deadline - loop_.steady(), Duration::zero());
    const auto answer = co_await link_.call({.object = id, .method = "close"}, left);
    if (answer || answer.error().code == OpcdaError::no_answer) std::erase(old_, id);
    if (!answer) co_return std::unexpected{answer.error()};
  }
  co_return Result<>{};
}

net::Task<Result<>> OpcdaSession::renew() {
  auto made = co_await make();
  if (!made && (closing_ || !link_.is_open())) co_return std::unexpected{made.error()};
  if (made) {
    distrust();
    object_ = *std::move(made);
  }
  co_return co_await close_old(loop_.steady() + kTimeToClose);
}

net::Task<Result<std::vector<std::string>>> OpcdaSession::servers() {
  closing_ = false;
  if (const auto linked = co_await link_.open(kTimeToConnect); !linked) co_return std::unexpected{linked.error()};
  const auto id = co_await create();
  if (!id) co_return std::unexpected{id.error()};
  co_return co_await servers_by(*id);
}

Duration OpcdaSession::patience() {
  constexpr Duration connect_and_greet = 2 * kTimeToConnect, create_and_ask = 2 * kTimeToAnswer;
  return connect_and_greet + create_and_ask;
}

net::Task<Result<std::vector<std::string>>> OpcdaSession::servers_by(std::string_view object) {
  const auto answer = co_await link_.call({.object = object, .method = "servers"}, kTimeToAnswer);
  const auto value = returned(peer(), "servers", answer);
  if (!value) co_return std::unexpected{value.error()};
  auto names = take_names(*value, kMostServers);
  if (!names) co_return std::unexpected{odd_answer(peer(), "servers", to_text(names.error()))};
  co_return *std::move(names);
}

/// For a text; nothing where the gateway does not say.
net::Task<std::string> OpcdaSession::servers_there_are(std::string_view object) {
  constexpr std::size_t kMostShown = 1000;
  const auto names = co_await servers_by(object);
  if (!names || names->empty()) co_return std::string{};
  co_return fmt::format(": {:.{}}", fmt::format("{}", fmt::join(*names, ", ")), kMostShown);
}

void OpcdaSession::distrust() {
  if (!object_.empty()) old_.push_back(std::exchange(object_, {}));
}

net::Task<> OpcdaSession::leave() {
  distrust();
  if (!old_.empty() && !link_.is_open()) co_await link_.open(kTimeToGreet);
  if (!old_.empty() && link_.is_open()) co_await close_old(loop_.steady() + kTimeToLeave - 2 * kTimeToGreet);
  link_.close();
}

}  // namespace m2c2::machines
