// Browses and reads as a job would.
// SPDX-License-Identifier: Apache-2.0
#include "app/opcda_command.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iostream>

#include "app/errors.hpp"
#include "machines/opcda/browse.hpp"
#include "machines/opcda/connector.hpp"
#include "machines/opcda/session.hpp"

namespace m2c2::app {
namespace {

constexpr std::uint16_t kDefaultPort = 7766;

net::Task<> then_stop(net::EventLoop& loop, net::Task<int> work, int& status) {
  status = co_await std::move(work);
  loop.stop();
}

int run_on(net::EventLoop& loop, net::Task<int> work) {
  int status = 1;
  loop.spawn(then_stop(loop, std::move(work), status));
  loop.run();
  return status;
}

/// Left in any case: gateways keep a session for ever.
net::Task<int> print_items(machines::OpcdaSession& session, job::OpcdaJob job) {
  Result<machines::OpcdaBrowsed> browsed;
  const auto opened = co_await session.open();
  if (opened) browsed = co_await machines::browse(session, job);
  else browsed = std::unexpected{opened.error()};
  co_await session.leave();
  if (!browsed) co_return say(browsed.error());
  for (const auto& items : browsed->attributes)
    for (const auto& item : items) std::cout << item << '\n';
  for (const auto& fault : browsed->faults) std::cerr << fmt::format("m2c2: {}: {}\n", fault.subject, fault.why);
  co_return browsed->faults.empty() ? 0 : 1;
}

net::Task<int> print_values(machines::Connector& connector) {
  Result<telemetry::Samples> samples;
  const auto opened = co_await connector.open();
  if (opened) samples = co_await connector.read();
  else samples = std::unexpected{opened.error()};
  co_await connector.leave();
  if (!samples) co_return say(samples.error());
  for (const auto& sample : samples->values)
    std::cout << fmt::format("{}  {{\"value\":{},{}}}\n", connector.tags()[sample.tag], sample.value,
                             samples->detail(sample));
  for (const auto& fault : samples->faults) std::cerr << fmt::format("m2c2: {}: {}\n", fault.subject, fault.why);
  co_return samples->faults.empty() ? 0 : 1;
}

}  // namespace

Result<net::Endpoint> opcda_gateway(const std::string& text) {
  const auto bracket = text.starts_with('[') ? text.find(']') : std::string::npos;
  const auto colon = text.find(':', bracket == std::string::npos ? 0 : bracket);
  const bool is_bare_address = bracket == std::string::npos && colon != text.rfind(':');
  net::Endpoint gateway{text, kDefaultPort};
  if (colon != std::string::npos && !is_bare_address) {
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, gateway.port);
    if (read.ec != std::errc{} || read.ptr != end || gateway.port == 0)
      return invalid(fmt::format("{}: no port from 1 to 65535 behind the colon; write HOST or HOST:PORT", text));
    gateway.host.resize(colon);
  }
  if (bracket != std::string::npos) gateway.host = gateway.host.substr(1, bracket - 1);
  return gateway;
}

int run_opcda_browse_command(const OpcdaCommand& command) {
  const auto gateway = opcda_gateway(command.gateway);
  if (!gateway) return say(gateway.error());
  net::EventLoop loop;
  const auto transport = net::make_tcp(loop, *gateway);
  machines::OpcdaSession session{loop, *transport, {net::to_text(*gateway), command.server}};
  loop.on_signal([&session] { session.close(); });
  job::OpcdaJob job{gateway->host, command.server, {{job::OpcdaFunction::read_list, {command.pattern}}}, gateway->port};
  return run_on(loop, print_items(session, std::move(job)));
}

int run_opcda_read_command(const OpcdaCommand& command) {
  const auto gateway = opcda_gateway(command.gateway);
  if (!gateway) return say(gateway.error());
  net::EventLoop loop;
  const job::OpcdaJob job{
      gateway->host, command.server, {{job::OpcdaFunction::read_tags, command.tags}}, gateway->port};
  const auto connector = machines::make_opcda_connector(loop, job);
  loop.on_signal([&connector] { connector->close(); });
  return run_on(loop, print_values(*connector));
}

}  // namespace m2c2::app
