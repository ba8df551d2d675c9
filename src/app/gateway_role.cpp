// The gateway: one thread polls machines, one delivers, one writes files, one speaks to the broker.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <future>
#include <thread>

#include "app/protocols.hpp"
#include "app/roles.hpp"
#include "app/version.hpp"
#include "exporters/pump.hpp"
#include "exporters/topic/topic_exporter.hpp"
#include "gateway/gateway.hpp"
#include "job/topics.hpp"
#include "log/log.hpp"
#include "mqtt/outbox.hpp"

namespace m2c2::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStopPolling = 2s;        // jobs end at once; this is for a disk that hangs
constexpr Duration kLastDeliveries = 300ms;  // for the broker to take what the jobs left

mqtt::Options with_identity(mqtt::Options options, const Config& config) {
  const std::string& group = config.gateway.group_id;
  options.client_id = "m2c2-gateway-" + group;
  options.will = mqtt::Message{job::topics::group_status(group), gateway::offline_payload(), true};
  return options;
}

exporters::TopicOptions topic_options(const Config& config) {
  return {.window = static_cast<std::size_t>(config.broker.window),
          .publish_rate = static_cast<std::uint32_t>(config.broker.publish_rate)};
}

class GatewayRole final : public Role {
 public:
  GatewayRole(const Config& config, mqtt::Options broker, std::unique_ptr<stream::Stream> stream)
      : stream_{std::move(stream)},
        client_{with_identity(std::move(broker), config)},
        outbox_{client_, polling_},
        topic_{client_, delivery_, topic_options(config)},
        pump_{*stream_, topic_, delivery_},
        gateway_{polling_,
                 files_,
                 *stream_,
                 [this](mqtt::Message message) { outbox_.send(std::move(message)); },
                 [this](const job::Definition& definition) { return make_connector(polling_, definition); },
                 {.group = config.gateway.group_id,
                  .data_dir = config.gateway.data_dir,
                  .program_version = kVersion,
                  .push = {}}} {
    subscribe(config.gateway.group_id);
    delivery_.spawn(deliver());
    polling_.post([this] { gateway_.start_local_jobs(); });
    delivery_thread_ = std::thread{[this] { delivery_.run(); }};
    files_thread_ = std::thread{[this] { files_.run(); }};
    polling_thread_ = std::thread{[this] { polling_.run(); }};
    client_.start();
    log::info(
        fmt::format("gateway of group {}: jobs are kept in {}", config.gateway.group_id, config.gateway.data_dir));
  }

  ~GatewayRole() override {
    const auto stopped = std::make_shared<std::promise<void>>();
    polling_.post([this, stopped] { gateway_.stop_all([stopped] { stopped->set_value(); }); });
    if (stopped->get_future().wait_for(kStopPolling) != std::future_status::ready)
      log::warning("the gateway did not stop in time");
    await_last(kLastDeliveries, [this] { return undelivered() == 0; });
    delivery_.post([this] { pump_.stop(); });
    delivered_.get_future().wait();
    // "offline" is the last answer: where it cannot be sent, the will says it.
    client_.stop(await_last(kLastDeliveries, [this] { return unsent_answers() == 0; }));
    delivery_.stop();
    delivery_thread_.join();
    files_.stop();
    files_thread_.join();
    polling_.stop();
    polling_thread_.join();
    tell_what_is_lost();
  }

  bool is_connected() const override { return client_.connected(); }

 private:
  void subscribe(const std::string& group) {
    client_.subscribe(job::topics::group_jobs(group), polling_,
                      [this](const mqtt::Received& m) { gateway_.on_wanted(m); });
    client_.subscribe(job::topics::group_submit(group), polling_,
                      [this](const mqtt::Received& m) { gateway_.on_submit(m); });
    client_.on_connection(polling_, [this](bool connected) {
      if (connected) gateway_.on_connected();
    });
  }

  net::Task<> deliver() {
    co_await pump_.run();
    delivered_.set_value();
  }

  std::uint64_t undelivered() const {
    std::uint64_t lag = 0;
    for (const auto& cursor : stream_->stats().cursors) lag += cursor.lag_records;
    return lag;
  }

  std::size_t unsent_answers() {
    std::promise<std::size_t> count;
    polling_.post([&] { count.set_value(outbox_.waiting()); });
    return count.get_future().get();
  }

  /// Whether the condition came to hold within the limit.
  static bool await_last(Duration limit, const std::function<bool()>& holds) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }

  void tell_what_is_lost() const {
    if (const auto lost = undelivered(); lost > 0)
      log::warning(fmt::format("{} messages were not delivered and are lost with this process", lost));
  }

  std::unique_ptr<stream::Stream> stream_;
  net::EventLoop polling_;
  net::EventLoop delivery_;
  net::EventLoop files_;
  mqtt::Client client_;
  mqtt::Outbox outbox_;
  exporters::TopicExporter topic_;
  exporters::Pump pump_;
  gateway::Gateway gateway_;
  std::promise<void> delivered_;
  std::thread delivery_thread_;
  std::thread files_thread_;
  std::thread polling_thread_;
};

}  // namespace

Result<std::unique_ptr<Role>> start_gateway(const Config& config, const std::string& broker_url) {
  auto broker = broker_options(config, broker_url);
  if (!broker) return std::unexpected{broker.error()};
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path{config.gateway.data_dir} / "job", error);
  if (error)
    return fail(error,
                fmt::format("[gateway] data-dir: cannot make {}/job: {}", config.gateway.data_dir, error.message()));
  auto stream = stream::make_memory_stream(*parse_size(config.stream.max_size), *parse_on_full(config.stream.on_full));
  return std::make_unique<GatewayRole>(config, std::move(*broker), std::move(stream));
}

}  // namespace m2c2::app
