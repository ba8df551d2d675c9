// The topic exporter: each record to its MQTT topic, QoS 1, within a window of our own and at the operator's rate.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "exporters/exporter.hpp"
#include "exporters/topic/suspicion.hpp"
#include "mqtt/broker.hpp"

namespace m2c2::exporters {

struct TopicOptions {
  std::size_t window = 100;        ///< messages sent and not acknowledged, at least 1; AWS IoT Core takes 100
  std::uint32_t publish_rate = 0;  ///< messages a second; 0: no limit
  Duration grace = std::chrono::milliseconds{500};  ///< what a stop leaves the broker to acknowledge what is sent
  Duration quiet = std::chrono::seconds{2};         ///< a connection has stood before a suspect is sent alone on it
};

/// After a message that has to be retried nothing more of its batch is sent, so that it is not overtaken. A message
/// that ends the connection again and again, at last alone on one that stood well without it, is rejected; a connection
/// that does not stand convicts none. After some of them what goes to their topic is rejected without being sent, so
/// that one forbidden topic does not hold up the rest.
class TopicExporter final : public Exporter {
 public:
  /// Before the broker is started. `broker` and `home` outlive the exporter.
  TopicExporter(mqtt::Broker& broker, net::Loop& home, TopicOptions = {});

  std::string_view name() const override { return "topic"; }
  stream::Destination destination() const override { return stream::Destination::topic; }
  net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record> records) override;
  void on_back(const std::function<void()>& back) override { back_ = back; }
  void stop() override;

 private:
  struct Delivery;

  net::Task<std::vector<Outcome>> send(std::span<const stream::Record> records);
  net::Task<bool> stands_quiet();
  net::Task<std::size_t> send_suspect(const std::shared_ptr<Delivery>& delivery,
                                      std::span<const stream::Record> records);
  void judge(Delivery& delivery, std::span<const stream::Record> records, bool alone);
  net::Task<bool> turn_comes(const Delivery& delivery, std::size_t messages);
  net::Task<> answers_come(const Delivery& delivery);
  void publish(const std::shared_ptr<Delivery>& delivery, std::size_t first, std::span<const stream::Record> records);
  bool stopping() const { return give_up_at_ != SteadyTime::max(); }

  mqtt::Broker& broker_;
  net::Loop& home_;
  TopicOptions options_;
  std::size_t portion_;      ///< messages published together
  SteadyTime next_publish_;  ///< not before, at the operator's rate
  std::optional<SteadyTime> connected_since_;
  Suspicion suspicion_;
  SteadyTime give_up_at_ = SteadyTime::max();
  std::function<void()> back_;
  std::shared_ptr<net::Event> changed_;  ///< watched by callbacks of the broker, which may come late
};

}  // namespace m2c2::exporters
