// The job builder: its store may wait for the disk, so it has a thread of its own.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <future>
#include <thread>

#include "app/aws.hpp"
#include "app/roles.hpp"
#include "base/ids.hpp"
#include "builder/asked.hpp"
#include "builder/builder.hpp"
#include "job/topics.hpp"
#include "log/log.hpp"
#include "mqtt/outbox.hpp"
#include "store/dynamodb/open.hpp"

namespace m2c2::app {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

constexpr std::chrono::seconds kPatience{2};  // with a store that is far away, at the end
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kDynamoDb = "dynamodb:";

bool is_in_dynamodb(const Config& config) { return config.builder.store.starts_with(kDynamoDb); }

Result<std::unique_ptr<store::JobStore>> open_store(const Config& config) {
  const std::string& store = config.builder.store;
  if (!is_in_dynamodb(config)) return store::open_sqlite_store(store.substr(kSqlite.size()));
  return store::open_dynamodb_store({.table = store.substr(kDynamoDb.size()),
                                     .region = config.aws.region,
                                     .endpoint = config.aws.dynamodb_endpoint,
                                     .ca_file = config.aws.ca_file,
                                     .credentials = iot_credentials(config.aws),
                                     .environment = process_environment()});
}

/// The same for all who mean the same store, from wherever they are started on a host.
std::string store_address(const Config& config) {
  const std::string& store = config.builder.store;
  if (!is_in_dynamodb(config)) return std::filesystem::absolute(store.substr(kSqlite.size())).string();
  return fmt::format("{} {} {}", store, config.aws.region, config.aws.dynamodb_endpoint);
}

/// Alone, a builder has a session that the broker keeps: requests that come while it is away are waiting when it is
/// back. It is one store's on one host, so that builders of other stores do not take it over. One of several has none:
/// what the broker kept for it would wait for it though others are there, and come days later, or never.
mqtt::Options with_identity(mqtt::Options options, const Config& config) {
  options.clean_session = config.builder.shared;
  options.client_id = fmt::format("m2c2-builder-{}-{}", host_name(),
                                  config.builder.shared ? new_id() : builder::digest_of(store_address(config)));
  options.twin = "a second job builder on this host with the same store: let all of them be [builder] shared";
  return options;
}

std::string request_filter(const Config& config) {
  return fmt::format("{}{}", config.builder.shared ? "$share/m2c2-builder/" : "", job::topics::request);
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
    client_.subscribe(request_filter(config), loop_, [this](const mqtt::Received& m) { builder_.on_request(m); });
    client_.subscribe(std::string{job::topics::every_group_status}, loop_,
                      [this](const mqtt::Received& m) { builder_.on_status(m); });
    if (config.builder.shared)
      client_.subscribe(std::string{job::topics::every_group_job}, loop_,
                        [this](const mqtt::Received& m) { builder_.on_wanted(m); });
    client_.on_connection(loop_, [this](bool connected) {
      if (connected) builder_.republish();
    });
    thread_ = std::thread{[this] {
      loop_.run();
      ended_.set_value();
    }};
    client_.start();
    log::info(fmt::format("job builder: jobs are kept in {}", config.builder.store));
  }

  ~BuilderRole() override {
    // What is not finished by then comes again: it has not been acknowledged.
    client_.stop();
    loop_.stop();
    if (ended_.get_future().wait_for(kPatience) != std::future_status::ready) store_->stop();
    thread_.join();
  }

  bool is_connected() const override { return client_.connected(); }

 private:
  std::unique_ptr<store::JobStore> store_;
  net::EventLoop loop_;
  mqtt::Client client_;
  mqtt::Outbox outbox_;
  builder::Builder builder_;
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Role>> start_builder(const Config& config, const std::string& broker_url) {
  auto broker = broker_options(config, broker_url);
  if (!broker) return std::unexpected{broker.error()};
  auto store = open_store(config);
  if (!store) return std::unexpected{store.error()};
  return std::make_unique<BuilderRole>(config, std::move(*broker), std::move(*store));
}

}  // namespace m2c2::app
