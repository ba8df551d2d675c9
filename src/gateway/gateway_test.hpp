// For tests: a gateway in virtual time, with its files in a folder of the test's own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "disk/atomic_file.hpp"
#include "gateway/gateway.hpp"
#include "gateway/scripted_plant.hpp"

namespace m2c2::gateway::testing {

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    std::filesystem::remove_all(folder_);
    boot();
  }
  ~GatewayTest() override {
    gateway_.reset();
    plant_.loop.settle();
    std::filesystem::remove_all(folder_);
  }

  /// Starts the gateway, or after a kill -9 starts it again.
  void boot() {
    gateway_.reset();
    plant_.settle();
    plant_.sent.clear();
    gateway_ = std::make_unique<Gateway>(
        plant_.loop, plant_.disk, *plant_.stream,
        [this](mqtt::Message message) { plant_.sent.push_back(std::move(message)); },
        [this](const job::Definition& definition) { return plant_.connector(definition); },
        Options{.group = "factory-1", .data_dir = folder_, .program_version = "1.2.3", .push = {}});
    gateway_->start_local_jobs();
    plant_.settle();
  }

  void want(const Sketch& sketch, bool retained = false) {
    gateway_->on_wanted({.topic = "m2c2/group/factory-1/job/" + sketch.job,
                         .payload = job::to_json(wanted_of(sketch)),
                         .retained = retained});
    plant_.settle();
  }
  void receive(const std::string& job, const std::string& payload) {
    gateway_->on_wanted({.topic = "m2c2/group/factory-1/job/" + job, .payload = payload});
    plant_.settle();
  }
  void submit(const std::string& payload) {
    gateway_->on_submit({.topic = "m2c2/group/factory-1/submit", .payload = payload});
    plant_.settle();
  }
  void push(const Sketch& sketch = {}) {
    submit(job::to_json(job::Command{job::Control::push, sketch.job, sketch.version, request_of(sketch)}));
  }
  void pull(const std::string& job) { submit(job::to_json(job::Command{job::Control::pull, job, std::nullopt, {}})); }

  /// The status last published, if one was since the last call.
  std::optional<boost::json::object> status() {
    std::optional<boost::json::object> last;
    std::erase_if(plant_.sent, [&](const mqtt::Message& message) {
      if (message.topic != "m2c2/group/factory-1/status") return false;
      EXPECT_TRUE(message.retain);
      last = boost::json::parse(message.payload).as_object();
      return true;
    });
    return last;
  }

  std::filesystem::path file_of(const std::string& job) const { return folder_ / "job" / (job + ".json"); }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("m2c2-gateway-" + std::string{::testing::UnitTest::GetInstance()->current_test_info()->name()} + "-" +
       std::to_string(static_cast<long>(::getpid())));
  ScriptedPlant plant_;
  ScriptedMachine& plc_ = plant_.machine();
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace m2c2::gateway::testing
