// The gateway: one thread polls machines, one writes files, one speaks to the broker, one delivers for each exporter.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <future>
#include <thread>

#include "app/delivery_line.hpp"
#include "app/exporters.hpp"
#include "app/protocols.hpp"
#include "app/roles.hpp"
#include "app/version.hpp"
#include "exporters/topic/topic_exporter.hpp"
#include "gateway/gateway.hpp"
#include "job/topics.hpp"
#include "log/log.hpp"
#include "mqtt/outbox.hpp"
#include "stream/file_stream.hpp"

namespace m2c2::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStopPolling = 2s;  // jobs end at once; this is for a disk that hangs
constexpr std::string_view kTopic = "topic";
constexpr Duration kLastDeliveries = 300ms;  // for the broker to take what the jobs left

mqtt::Options with_identity(mqtt::Options options, const Config& config) {
  const std::string& group = config.gateway.group_id;
  options.client_id = "m2c2-gateway-" + group;
  options.twin = fmt::format("a second gateway with [gateway] group-id {}, which needs one of its own", group);
  options.will = mqtt::Message{job::topics::group_status(group), gateway::offline_payload(), true};
  return options;
}

exporters::TopicOptions topic_options(const Config& config) {
  return {.window = static_cast<std::size_t>(config.broker.window),
          .publish_rate = static_cast<std::uint32_t>(config.broker.publish_rate)};
}

Result<std::unique_ptr<stream::Stream>> make_stream(const Config& config) {
  const std::uint64_t max_bytes = *parse_size(config.stream.max_size);
  const stream::OnFull on_full = *parse_on_full(config.stream.on_full);
  if (config.stream.persistence == "memory") return stream::make_memory_stream(max_bytes, on_full);
  auto folder = disk::make_folder(std::filesystem::path{config.gateway.data_dir} / "stream");
  if (!folder) return std::unexpected{folder.error()};
  return stream::make_file_stream(std::move(*folder), {.max_bytes = max_bytes, .on_full = on_full});
}

class GatewayRole final : public Role {
 public:
  GatewayRole(const Config& config, mqtt::Options broker, std::unique_ptr<stream::Stream> stream)
      : persistent_{config.stream.persistence == "file"},
        stream_{std::move(stream)},
        client_{with_identity(std::move(broker), config)},
        outbox_{client_, polling_},
        gateway_{polling_,
                 files_,
                 *stream_,
                 [this](mqtt::Message message) { outbox_.send(std::move(message)); },
                 [this](const job::Definition& definition) { return make_connector(polling_, definition); },
                 {.group = config.gateway.group_id,
                  .data_dir = config.gateway.data_dir,
                  .program_version = kVersion,
                  .push = {},
                  .exporters = [this] { return exporters_status(); }}} {
    subscribe(config.gateway.group_id);
    add_lines(config);
    polling_.post([this] { gateway_.start_local_jobs(); });
    files_thread_ = std::thread{[this] { files_.run(); }};
    polling_thread_ = std::thread{[this] { polling_.run(); }};
    client_.start();
    log::info(fmt::format("gateway of group {}: jobs are kept in {}", config.gateway.group_id,
                          std::filesystem::absolute(config.gateway.data_dir).string()));
  }

  ~GatewayRole() override {
    const auto stopped = std::make_shared<std::promise<void>>();
    polling_.post([this, stopped] { gateway_.stop_all([stopped] { stopped->set_value(); }); });
    if (stopped->get_future().wait_for(kStopPolling) != std::future_status::ready)
      log::warning("the gateway did not stop in time");
    await_last(kLastDeliveries, [this] { return stream_->stats().waiting == 0 && undelivered(kTopic) == 0; });
    for (const auto& line : lines_) line->stop();
    for (const auto& line : lines_) line->await_stop();
    // "offline" is the last answer: where it cannot be sent, the will says it.
    client_.stop(await_last(kLastDeliveries, [this] { return unsent_answers() == 0; }));
    lines_.clear();
    files_.stop();
    files_thread_.join();
    polling_.stop();
    polling_thread_.join();
    if (!persistent_) tell_what_is_lost();
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

  /// Before anything is appended: a cursor that is not open by then is forgotten.
  void add_lines(const Config& config) {
    const auto dead_letters = std::filesystem::path{config.gateway.data_dir} / "dead-letters";
    const auto add = [&](const DeliveryLine::MakeExporter& make) {
      lines_.push_back(std::make_unique<DeliveryLine>(*stream_, make, dead_letters));
    };
    add([&](net::EventLoop& loop) {
      return std::make_unique<exporters::TopicExporter>(client_, loop, topic_options(config));
    });
    for (const Config::Exporter& exporter : config.exporters)
      add([&](net::EventLoop& loop) { return make_exporter(exporter, {config, loop, stream_->id()}); });
    for (const auto& line : lines_) line->start();
  }

  std::vector<gateway::ExporterStatus> exporters_status() const {
    std::vector<gateway::ExporterStatus> all;
    all.reserve(lines_.size());
    for (const auto& line : lines_) all.push_back(line->status());
    return all;
  }

  /// By one exporter, or by all.
  std::uint64_t undelivered(std::string_view exporter = {}) const {
    std::uint64_t lag = 0;
    for (const auto& cursor : stream_->stats().cursors)
      if (exporter.empty() || cursor.exporter == exporter) lag += cursor.lag_records;
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

  const bool persistent_;
  std::unique_ptr<stream::Stream> stream_;
  net::EventLoop polling_;
  net::EventLoop files_;
  mqtt::Client client_;
  mqtt::Outbox outbox_;
  std::vector<std::unique_ptr<DeliveryLine>> lines_;
  gateway::Gateway gateway_;
  std::thread files_thread_;
  std::thread polling_thread_;
};

}  // namespace

Result<std::unique_ptr<Role>> start_gateway(const Config& config, const std::string& broker_url) {
  auto broker = broker_options(config, broker_url);
  if (!broker) return std::unexpected{broker.error()};
  if (auto fine = check_exporters(config); !fine) return std::unexpected{fine.error()};
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path{config.gateway.data_dir} / "job", error);
  if (error)
    return fail(error,
                fmt::format("[gateway] data-dir: cannot make {}/job: {}", config.gateway.data_dir, error.message()));
  auto stream = make_stream(config);
  if (!stream) return std::unexpected{stream.error()};
  return std::make_unique<GatewayRole>(config, std::move(*broker), std::move(*stream));
}

}  // namespace m2c2::app
