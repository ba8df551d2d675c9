// m2c2-sim-plc: a PLC to try things on.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>

#include "net/loop.hpp"
#include "sims/plc/console.hpp"
#include "sims/plc/options.hpp"
#include "sims/plc/server.hpp"
#include "sims/plc/setting.hpp"
#include "sims/plc/steer.hpp"

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;

/// A PLC's ports may be asked to hold thousands of connections; the usual soft limit is 1,024.
void allow_many_connections() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

template <class Apply>
Parsed<> apply_each(const char* option, const std::vector<std::string>& texts, Apply apply) {
  for (const std::string& text : texts) {
    const Parsed<> applied = apply(text);
    if (!applied) return std::unexpected{fmt::format("{} {}: {}", option, text, applied.error())};
  }
  return {};
}

Parsed<> prepare(Station& station, const Options& options) {
  set_defaults(station.plc);
  const auto signal = [&](const std::string& text) { return set_signal(station.plc, text); };
  const auto value = [&](const std::string& text) { return set_value(station.plc, text); };
  const auto fault = [&](const std::string& text) { return apply_fault(station.faults, text); };
  if (auto done = apply_each("--signal", options.signals, signal); !done) return done;
  if (auto done = apply_each("--set", options.values, value); !done) return done;
  return apply_each("--fault", options.faults, fault);
}

void announce(const Port& port, const Options& options) {
  const char* carriers = !options.carriers.udp ? "TCP" : !options.carriers.tcp ? "UDP" : "TCP, UDP";
  fmt::print("listening on {} ({}), {}\n", to_text(port.endpoint()), carriers, options.family->name);
  std::fflush(stdout);
}

net::Task<> report_each_second(net::EventLoop& loop, const Counters& now) {
  const auto alarm = loop.make_alarm();
  Counters before;
  for (SteadyTime next = loop.steady() + 1s;; next += 1s) {
    co_await alarm->wait_until(next);
    fmt::print(stderr, "{} requests ({}/s), {} refused, {} answers, {} ignored\n", now.requests,
               now.requests - before.requests, now.refusals, now.answers, now.ignored);
    before = now;
  }
}

int complain(std::string_view why) {
  fmt::print(stderr, "m2c2-sim-plc: {}\n", why);
  return 1;
}

int run(const Options& options) {
  Station station{*options.family, options.port};
  if (const auto prepared = prepare(station, options); !prepared) return complain(prepared.error());
  net::EventLoop loop;
  const SteadyTime start = loop.steady();
  std::vector<std::unique_ptr<Port>> ports;
  for (const net::Endpoint& at : options.listen) {
    auto port = open_port(loop, station, at, options.carriers, start);
    if (!port) return complain(port.error().text + "; choose another with --listen, port 0 for any free one");
    ports.push_back(std::move(*port));
  }
  for (const auto& port : ports) announce(*port, options);
  loop.on_signal([&] { loop.stop(); });
  if (options.stats) loop.spawn(report_each_second(loop, station.counters));
  std::optional<Console> console;
  if (options.interactive) {
    console.emplace(loop, [&](std::string_view line) { return obey(station, line); }, [&] { loop.stop(); });
  }
  loop.run();
  return 0;
}

}  // namespace
}  // namespace m2c2::sim

int main(int argc, char** argv) {
  const auto options = m2c2::sim::read_options(argc, argv);
  if (!options) return options.error();
  m2c2::sim::allow_many_connections();
  return m2c2::sim::run(*options);
}
