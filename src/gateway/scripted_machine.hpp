// For tests: a machine that does what a script says, and the jobs that read it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "job/wanted.hpp"
#include "machines/connector.hpp"
#include "net/transport.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::gateway::testing {

/// How the machine meets one call: `machine.expect_read().after(2s).fail("closed by the peer")`.
struct Step {
  Duration wait{};
  std::optional<Error> error;
  bool silent = false;
  std::optional<std::string> value;  ///< of all tags; unset: the number of the poll
  std::vector<telemetry::Fault> faults;

  Step& after(Duration d) { return wait = d, *this; }
  Step& reply(std::string v) { return value = std::move(v), *this; }
  Step& fail(std::string why) { return error = Error{net::NetError::closed, std::move(why)}, *this; }
  Step& stay_silent() { return silent = true, *this; }
  Step& with_fault(std::string subject, std::string why) {
    return faults.push_back({std::move(subject), std::move(why)}), *this;
  }
};

/// Outlives its connectors. What is not expected it does as `usual_…` says: at once and well.
class ScriptedMachine {
 public:
  explicit ScriptedMachine(net::Loop& loop, std::vector<std::string> tags = {"speed"})
      : loop_{loop}, tags_{std::move(tags)} {}

  Step& expect_open() { return opens_.emplace_back(); }
  Step& expect_read() { return reads_.emplace_back(); }
  Step usual_open, usual_read, usual_probe, usual_leave;
  Duration patience{};  ///< that its connectors say
  void grow(std::string tag) { tags_.push_back(std::move(tag)); }

  std::unique_ptr<machines::Connector> connector();

  std::vector<SteadyTime> opened;  ///< each call of open()
  std::vector<SteadyTime> polled;  ///< each call of read()
  int connections = 0;             ///< open now
  int most_connections = 0;        ///< open at once, ever
  int connectors = 0;              ///< that exist now
  int goodbyes = 0;                ///< that were said

 private:
  class Connection;

  Step next(std::deque<Step>& script, const Step& usual) {
    if (script.empty()) return usual;
    Step step = std::move(script.front());
    script.pop_front();
    return step;
  }

  net::Loop& loop_;
  std::vector<std::string> tags_;
  std::deque<Step> opens_, reads_;
};

class ScriptedMachine::Connection final : public machines::Connector {
 public:
  explicit Connection(ScriptedMachine& machine) : machine_{machine}, alarm_{machine.loop_.make_alarm()} {
    ++machine_.connectors;
  }
  ~Connection() override {
    close();
    --machine_.connectors;
  }

  const std::vector<std::string>& tags() const override { return machine_.tags_; }

  net::Task<Result<>> open() override {
    machine_.opened.push_back(machine_.loop_.steady());
    auto done = co_await perform(machine_.next(machine_.opens_, machine_.usual_open));
    if (done && !std::exchange(open_, true))
      machine_.most_connections = std::max(machine_.most_connections, ++machine_.connections);
    co_return done;
  }

  net::Task<Result<telemetry::Samples>> read() override {
    machine_.polled.push_back(machine_.loop_.steady());
    const std::string count = std::to_string(machine_.polled.size());
    const Step step = machine_.next(machine_.reads_, machine_.usual_read);
    if (const auto done = co_await perform(step); !done) co_return std::unexpected{done.error()};
    telemetry::Samples samples{.values = {}, .faults = step.faults};
    for (std::size_t tag = 0; tag < machine_.tags_.size(); ++tag)
      samples.values.push_back({tag, machine_.loop_.wall(), step.value.value_or(count)});
    co_return samples;
  }

  net::Task<Result<machines::Probed>> probe() override {
    if (const auto done = co_await perform(machine_.usual_probe); !done) co_return std::unexpected{done.error()};
    co_return machines::Probed{"Successfully connected to server."};
  }

  Duration patience() const override { return machine_.patience; }

  net::Task<> leave() override {
    if (co_await perform(machine_.usual_leave)) ++machine_.goodbyes;
  }

  void close() override {
    if (std::exchange(open_, false)) --machine_.connections;
    alarm_->cancel();
  }

 private:
  net::Task<Result<>> perform(Step step) {
    if (step.silent || step.wait > Duration::zero()) {
      const SteadyTime until = step.silent ? SteadyTime::max() : machine_.loop_.steady() + step.wait;
      if (!co_await alarm_->wait_until(until)) co_return fail(net::NetError::cancelled);
    }
    if (step.error) co_return std::unexpected{*step.error};
    co_return Result<>{};
  }

  ScriptedMachine& machine_;
  std::unique_ptr<net::Alarm> alarm_;
  bool open_ = false;
};

inline std::unique_ptr<machines::Connector> ScriptedMachine::connector() { return std::make_unique<Connection>(*this); }

/// What a test varies in a job; its machine is found by machine-name.
struct Sketch {
  std::string job = "job1";
  std::int64_t revision = 1;
  job::Control control = job::Control::deploy;
  job::Version version = 1;
  std::optional<job::Version> requested_version = {};
  job::RunState state = job::RunState::running;
  std::string machine = "press";
  double interval = 1;
  int iterations = 1;
  job::Destinations destinations = {};
  std::string protocol = "slmp";
};

inline boost::json::object connectivity_of(const Sketch& sketch) {
  if (sketch.protocol == "opcda")
    return {{"opcda-server-name", "Matrikon.OPC.Simulation.1"},
            {"machine-ip", "169.254.89.33"},
            {"protocol", "opcda"},
            {"machine-name", sketch.machine}};
  return {{"protocol", "slmp"},
          {"machine-ip", "192.168.3.250"},
          {"port-number", 5548},
          {"network", 0},
          {"station", 255},
          {"module", "03FF"},
          {"multidrop", 0},
          {"timer", 0},
          {"subheader", "with serial"},
          {"communication-code", "ascii"},
          {"ethernet", "tcp"},
          {"machine-name", sketch.machine}};
}

inline boost::json::object request_of(const Sketch& sketch) {
  const boost::json::object speed{{"tag-name", "speed"},
                                  {"subcommand", "0000"},
                                  {"device-code", "D*"},
                                  {"head-device", "000100"},
                                  {"number-of-points", "0001"}};
  const boost::json::object attribute =
      sketch.protocol == "opcda"
          ? boost::json::object{{"function", "read_tags"}, {"address-list", boost::json::array{"Random.Int2"}}}
          : boost::json::object{{"function", "device_read"}, {"address-list", speed}};
  return {{"job",
           {{"control", "deploy"},
            {"properties", boost::json::array{boost::json::object{{"name", sketch.job},
                                                                  {"version", std::to_string(sketch.version)}}}},
            {"gg-group-id", "factory-1"},
            {"machine-details",
             {{"site-name", "London"},
              {"area", "floor 1"},
              {"process", "packaging"},
              {"connectivity-parameters", connectivity_of(sketch)},
              {"data-parameters",
               {{"machine-query-iterations", sketch.iterations},
                {"machine-query-time-interval", sketch.interval},
                {"attributes", boost::json::array{attribute}}}}}}}}};
}

inline job::Wanted wanted_of(const Sketch& sketch) {
  return {.job = sketch.job,
          .revision = sketch.revision,
          .control = sketch.control,
          .requested_version = sketch.requested_version,
          .version = sketch.version,
          .state = sketch.state,
          .destinations = sketch.destinations,
          .request = request_of(sketch)};
}

inline job::ParsedWanted parsed_of(const Sketch& sketch) {
  auto parsed = job::parse_wanted(job::to_json(wanted_of(sketch)));
  if (!parsed) throw std::invalid_argument{parsed.error().text};
  return *std::move(parsed);
}

}  // namespace m2c2::gateway::testing
