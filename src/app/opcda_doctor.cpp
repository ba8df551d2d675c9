// m2c2 opcda doctor: each step needs the ones before it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <utility>

#include "app/errors.hpp"
#include "app/opcda_command.hpp"
#include "machines/opcda/link.hpp"
#include "protocols/pyro/value.hpp"

namespace m2c2::app {
namespace {

using namespace std::chrono_literals;
using machines::OpcdaError;

constexpr Duration kPatience = 10s;  // above the gateway's own 5 s
constexpr Duration kTimeToLeave = 2s;
constexpr Duration kTimeToFinish = 400ms;  // a session in the making: only its name lets it be closed
/// A gateway serves 40 connections, and keeps sessions that nobody closed until its end.
constexpr std::size_t kManySessions = 30;
constexpr std::size_t kMostValues = 1'000'000;  // in an answer

/// The names in a list() or servers() answer, where a nameless one is None.
std::vector<std::string> names_in(const pyro::Value& list) {
  std::vector<std::string> names;
  if (const auto* items = list.items())
    for (const pyro::Value& item : *items)
      if (const auto* name = item.as<std::string>()) names.push_back(*name);
  return names;
}

bool got_past_the_port(const Error& error) {
  return error.code != OpcdaError::refused && error.code != OpcdaError::unreachable;
}

std::string_view variant_of(std::string_view created) {
  if (pyro::SerpentReader{created}.kind() == pyro::Kind::text) return "as YQBaobao's openopc-python3.8";
  return created.find("@localhost:") != std::string_view::npos ? "as OpenOPC-Python3x 1.3.1" : "as openopc120";
}

class Doctor {
 public:
  Doctor(net::EventLoop& loop, net::Transport& transport, std::string where, const OpcdaCommand& command)
      : command_{command}, link_{loop, transport, {std::move(where), command.server}} {}

  net::Task<> examine(net::EventLoop& loop);
  void interrupt() {
    if (!std::exchange(interrupted_, true) && creating_) link_.close_unless_answered(kTimeToFinish);
    else link_.close();
  }
  bool is_well() const { return well_; }

 private:
  net::Task<> reach();
  net::Task<> count_sessions();
  net::Task<> create_client();
  net::Task<> list_servers();
  net::Task<> connect();
  net::Task<> browse();
  net::Task<> read();
  net::Task<> leave();
  net::Task<Result<std::string>> ask(std::string_view object, std::string_view method, std::string arguments = "()",
                                     std::string_view keywords = "{}");
  /// Of the client object; what comes back as a tree.
  net::Task<Result<pyro::Value>> ask_client(std::string_view method, std::string arguments = "()",
                                            std::string_view keywords = "{}");
  static void ok(std::string_view step, std::string_view text) { tell("ok", step, text); }
  void failed(std::string_view step, std::string_view text) {
    tell("failed", step, text);
    well_ = false;
  }
  static void tell(std::string_view verdict, std::string_view step, std::string_view text) {
    std::cout << fmt::format("{:<6}  {:<8}  {}\n", verdict, step, text) << std::flush;
  }

  const OpcdaCommand& command_;
  machines::OpcdaLink link_;
  std::string client_;  ///< id of the object; empty: none
  bool well_ = true;
  bool creating_ = false;
  bool interrupted_ = false;
};

net::Task<> Doctor::examine(net::EventLoop& loop) {
  co_await reach();
  if (well_) co_await count_sessions();
  if (well_) co_await create_client();
  if (well_) co_await list_servers();
  if (well_ && command_.server.empty()) {
    tell("next", "connect", "name one of these servers with --server");
  } else {
    if (well_) co_await connect();
    if (well_) co_await (command_.tags.empty() ? browse() : read());
  }
  co_await leave();
  loop.stop();
}

net::Task<> Doctor::reach() {
  const auto opened = co_await link_.open(kPatience);
  const std::string& where = link_.peer().where;
  if (opened || got_past_the_port(opened.error())) ok("port", fmt::format("{} takes the connection", where));
  else co_return failed("port", opened.error().text);
  if (opened) ok("protocol", "an OpenOPC gateway answers, over Pyro4");
  else failed("protocol", opened.error().text);
}

net::Task<> Doctor::count_sessions() {
  const auto answer = co_await ask("opc", "get_clients");
  if (!answer && !link_.is_open()) co_return failed("sessions", answer.error().text);
  if (!answer) co_return tell("warn", "sessions", answer.error().text);
  const auto clients = pyro::parse_serpent(*answer, kMostValues);
  const auto* items = clients ? clients->items() : nullptr;
  const std::size_t count = items != nullptr ? items->size() : 0;
  if (count <= kManySessions) co_return ok("sessions", fmt::format("{} in the gateway", count));
  tell("warn", "sessions",
       fmt::format("{} in the gateway, which never ends one by itself: clients left them behind. Restart the OpenOPC "
                   "service when its jobs may pause",
                   count));
}

net::Task<> Doctor::create_client() {
  creating_ = true;
  const auto created = co_await ask("opc", "create_client");
  creating_ = false;
  if (!created) co_return failed("client", created.error().text);
  const auto id = pyro::object_id(*created);
  if (!id) co_return failed("client", machines::odd_answer(link_.peer(), "create_client", "no object in it").text);
  client_ = *id;
  ok("client",
     fmt::format("the gateway has an automation DLL and made a session; it behaves {}", variant_of(*created)));
}

net::Task<> Doctor::list_servers() {
  const auto answer = co_await ask_client("servers");
  if (!answer) co_return failed("servers", answer.error().text);
  const auto names = names_in(*answer);
  if (names.empty())
    co_return failed("servers",
                     "the gateway knows no OPC DA server: install OpcEnum (OPC Core Components), and check "
                     "that server and gateway are of the same bitness, mostly 32 bits");
  ok("servers", fmt::format("{}", fmt::join(names, ", ")));
}

net::Task<> Doctor::connect() {
  const auto answer = co_await ask_client("connect", pyro::to_serpent(pyro::Tuple{{command_.server}}));
  if (answer) ok("connect", fmt::format("{} is connected", command_.server));
  else failed("connect", answer.error().text);
}

net::Task<> Doctor::browse() {
  const auto answer = co_await ask_client("list");
  if (!answer) co_return failed("browse", answer.error().text);
  const auto names = names_in(*answer);
  if (names.empty()) tell("warn", "browse", "the server lists nothing: name items under read_tags, not read_list");
  else ok("browse", fmt::format("at the top: {}. Name a tag with --tag to read it", fmt::join(names, ", ")));
}

/// One by one: some gateways fail a whole read because of one tag.
net::Task<> Doctor::read() {
  for (const auto& tag : command_.tags) {
    const auto answer = co_await ask_client("read", pyro::to_serpent(pyro::Tuple{{tag}}), "{'sync':True}");
    if (!answer) {
      failed("read", fmt::format("{}: {}", tag, answer.error().text));
      if (!link_.is_open()) co_return;
      continue;
    }
    const auto* row = answer->items();  // (value, quality, time)
    const auto* quality = row != nullptr && row->size() == 3 ? (*row)[1].as<std::string>() : nullptr;
    if (quality == nullptr) failed("read", machines::odd_answer(link_.peer(), "read", "no quality in it").text);
    else if (*quality == "Error") failed("read", fmt::format("{}: {}", tag, machines::kUnknownItem));
    else ok("read", fmt::format("{} is {}, {}", tag, pyro::to_serpent(row->front()), *quality));
  }
}

/// Over a new connection where the old one was lost: the object outlives it.
net::Task<> Doctor::leave() {
  interrupted_ = false;
  if (!client_.empty() && !link_.is_open()) co_await link_.open(kTimeToLeave);
  if (!client_.empty() && link_.is_open()) co_await link_.call({.object = client_, .method = "close"}, kTimeToLeave);
  link_.close();
}

net::Task<Result<std::string>> Doctor::ask(std::string_view object, std::string_view method, std::string arguments,
                                           std::string_view keywords) {
  if (interrupted_) co_return fail(net::NetError::cancelled);
  const auto answer = co_await link_.call(
      {.object = object, .method = method, .arguments = arguments, .keywords = keywords}, kPatience);
  if (!answer) co_return std::unexpected{answer.error()};
  if (const auto* why = std::get_if<pyro::Raised>(&*answer)) {
    if (method == "read" && machines::blames_a_tag(*why))
      co_return fail(OpcdaError::raised, std::string{machines::kUnknownItem});
    co_return std::unexpected{machines::raised(link_.peer(), method, *why)};
  }
  co_return std::string{std::get<pyro::Returned>(*answer).value};
}

net::Task<Result<pyro::Value>> Doctor::ask_client(std::string_view method, std::string arguments,
                                                  std::string_view keywords) {
  const auto answer = co_await ask(client_, method, std::move(arguments), keywords);
  if (!answer) co_return std::unexpected{answer.error()};
  auto value = pyro::parse_serpent(*answer, kMostValues);
  if (!value) co_return std::unexpected{machines::odd_answer(link_.peer(), method, to_text(value.error()))};
  co_return *std::move(value);
}

}  // namespace

int run_opcda_doctor_command(const OpcdaCommand& command) {
  const auto gateway = opcda_gateway(command.gateway);
  if (!gateway) return say(gateway.error());
  net::EventLoop loop;
  const auto transport = net::make_tcp(loop, *gateway);
  Doctor doctor{loop, *transport, net::to_text(*gateway), command};
  loop.on_signal([&doctor] { doctor.interrupt(); });
  loop.spawn(doctor.examine(loop));
  loop.run();
  return doctor.is_well() ? 0 : 1;
}

}  // namespace m2c2::app
