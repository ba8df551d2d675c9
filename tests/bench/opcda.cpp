// CPU and time of OPC DA reads through an OpenOPC gateway; tests/bench/opcda_pyro4.py does the same in Python.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <ctime>
#include <iostream>
#include <stdexcept>

#include "machines/opcda/connector.hpp"

namespace m2c2 {
namespace {

struct Setting {
  std::uint16_t port = 0;
  std::size_t tags = 100;
  std::size_t reads = 200;
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

job::OpcdaJob job_of(const Setting& setting) {
  job::OpcdaJob job{.host = "127.0.0.1", .server = "Matrikon.OPC.Simulation.1", .attributes = {}, .port = setting.port};
  auto& tags = job.attributes.emplace_back().addresses;
  for (std::size_t i = 1; i <= setting.tags; ++i) tags.push_back(fmt::format("Bulk.Tag{:04}", i));
  return job;
}

net::Task<> run(const Setting& setting, machines::Connector& connector, net::EventLoop& loop) {
  if (const auto opened = co_await connector.open(); !opened) throw std::runtime_error{opened.error().text};
  const double cpu = thread_cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < setting.reads; ++i) {
    const auto samples = co_await connector.read();
    if (!samples) throw std::runtime_error{samples.error().text};
    if (samples->values.size() != setting.tags || !samples->faults.empty()) throw std::runtime_error{"a read failed"};
  }
  const double reads = static_cast<double>(setting.reads);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  std::cout << fmt::format("{{\"cpu_us\": {:.1f}, \"time_us\": {:.1f}}}\n", 1e6 * (thread_cpu_seconds() - cpu) / reads,
                           1e6 * time.count() / reads);
  co_await connector.leave();
  loop.stop();
}

}  // namespace
}  // namespace m2c2

int main(int argc, char** argv) {
  CLI::App app{"CPU and time of OPC DA reads, sync, the session's renewals among them"};
  m2c2::Setting setting;
  app.add_option("--port", setting.port, "of an OpenOPC gateway on loopback, e.g. m2c2-sim-opcda --tags 1000")
      ->required();
  app.add_option("--tags", setting.tags, "a read")->capture_default_str();
  app.add_option("--reads", setting.reads, "in all")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    m2c2::net::EventLoop loop;
    const auto connector = m2c2::machines::make_opcda_connector(loop, m2c2::job_of(setting));
    loop.spawn(m2c2::run(setting, *connector, loop));
    loop.run();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
