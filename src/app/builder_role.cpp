// The job builder: its store may wait for the disk, so it has a thread of its own.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <thread>

#include "app/roles.hpp"
#include "builder/asked.hpp"
#include "builder/builder.hpp"
#include "job/topics.hpp"
#include "log/log.hpp"
#include "mqtt/outbox.hpp"

namespace m2c2::app {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string store_path(const Config& config) {
  constexpr std::string_view kScheme = "sqlite:";
  return config.builder.store.substr(kScheme.size());
}

/// A session that the broker keeps: requests that come while the builder is away are waiting when it is back. It is one
/// store's on one host, so that builders of other stores do not take it over.
mqtt::Options with_identity(mqtt::Options options, const Config& config) {
  options.client_id = fmt::format("m2c2-builder-{}-{}", host_name(),
                                  builder::digest_of(std::filesystem::absolute(store_path(config)).string()));
  options.clean_session = false;
  return options;
}

class BuilderRole final : public Role {
 public:
  BuilderRole(const Config& config, mqtt::Options broker, std::unique_ptr<store::JobStore> store)
      : store_{std::move(store)},
        client_{with_identity(std::move(broker), config)},
        outbox_{client_, loop_},
        builder_{*store_, loop_, {.default_group = config.builder.default_group_id}, [this](mqtt::Message message) {
                   outbox_.send(std::move(message));
                 }} {
    client_.subscribe(std::string{job::topics::request}, loop_,
                      [this](const mqtt::Received& m) { builder_.on_request(m); });
    client_.subscribe(std::string{job::topics::every_group_status}, loop_,
                      [this](const mqtt::Received& m) { builder_.on_status(m); });
    client_.on_connection(loop_, [this](bool connected) {
      if (connected) builder_.republish();
    });
    thread_ = std::thread{[this] { loop_.run(); }};
    client_.start();
    log::info(fmt::format("job builder: jobs are kept in {}", config.builder.store));
  }

  ~BuilderRole() override {
    client_.stop();
    loop_.stop();
    thread_.join();
  }

  bool is_connected() const override { return client_.connected(); }

 private:
  std::unique_ptr<store::JobStore> store_;
  net::EventLoop loop_;
  mqtt::Client client_;
  mqtt::Outbox outbox_;
  builder::Builder builder_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Role>> start_builder(const Config& config, const std::string& broker_url) {
  auto broker = broker_options(config, broker_url);
  if (!broker) return std::unexpected{broker.error()};
  auto store = store::open_sqlite_store(store_path(config));
  if (!store) return std::unexpected{store.error()};
  return std::make_unique<BuilderRole>(config, std::move(*broker), std::move(*store));
}

}  // namespace m2c2::app
