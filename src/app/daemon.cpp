// Starts the parts in their order, waits for the signal, stops them in reverse.
// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>
#include <vector>

#include "app/broker_child.hpp"
#include "app/certificate_check.hpp"
#include "app/errors.hpp"
#include "app/roles.hpp"
#include "app/version.hpp"
#include "log/log.hpp"

namespace m2c2::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstConnection = 3s;

/// A job is a socket: the usual limit of 1,024 descriptors is a limit of jobs.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Parts {
  std::unique_ptr<BrokerChild> broker;  // goes last
  std::vector<std::unique_ptr<Role>> roles;
};

Result<std::string> broker_url(const DaemonCommand& command, const Config& config, Parts& parts) {
  if (!config.broker.url.empty()) return config.broker.url;
  const auto port = static_cast<std::uint16_t>(config.broker.port);
  if (!command.roles.own_broker) return fmt::format("mqtt://127.0.0.1:{}", port);
  auto child = BrokerChild::start(std::filesystem::path{config.gateway.data_dir} / "broker", port);
  if (!child) return std::unexpected{child.error()};
  parts.broker = std::move(*child);
  return parts.broker->url();
}

/// Who reads "is up" may send a request at once: it must not be sooner at the broker than its builder.
bool await_connections(const std::vector<std::unique_ptr<Role>>& roles) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + kFirstConnection;
  const auto all_connected = [&] {
    return std::ranges::all_of(roles, [](const auto& role) { return role->is_connected(); });
  };
  while (!all_connected() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
  return all_connected();
}

Result<Parts> start(const DaemonCommand& command, const Config& config) {
  Parts parts;
  const auto url = broker_url(command, config, parts);
  if (!url) return std::unexpected{url.error()};
  using StartRole = Result<std::unique_ptr<Role>> (*)(const Config&, const std::string&);
  const std::pair<bool, StartRole> table[] = {{command.roles.builder, start_builder},
                                              {command.roles.gateway, start_gateway}};
  for (const auto& [wanted, start_role] : table) {
    if (!wanted) continue;
    auto role = start_role(config, *url);
    if (role) parts.roles.push_back(std::move(*role));
    else if (!command.roles.gateway || start_role == start_gateway) return std::unexpected{role.error()};
    else log::error(fmt::format("{}; the gateway runs without a job builder", role.error().text));
  }
  const bool connected = await_connections(parts.roles);
  log::info(fmt::format("m2c2 {} is up; the broker is at {}{}", kVersion, without_secrets(*url),
                        connected ? "" : ", and not reached yet"));
  return parts;
}

}  // namespace

int run_daemon(const DaemonCommand& command) {
  allow_many_descriptors();
  const auto config = load_config(command.config_file);
  if (!config) return say(config.error());
  net::EventLoop until_signal;
  until_signal.on_signal([&] { until_signal.stop(); });
  // No reason to end: jobs run, and the stream keeps what they read, until somebody has seen to it.
  for (const std::string& fault : faults_of_certificates(*config, until_signal.wall())) log::error(fault);
  auto parts = start(command, *config);
  if (!parts) return say(parts.error());
  until_signal.run();
  log::info("stopping");
  while (!parts->roles.empty()) parts->roles.pop_back();
  return 0;
}

}  // namespace m2c2::app
