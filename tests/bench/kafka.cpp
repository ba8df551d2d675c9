// What a backlog of telemetry costs on its way to Kafka: out of the stream on the disk, through the pump and the
// exporter, until all of it is acknowledged; or out of memory through a bare producer of librdkafka, set as ours is.
// tests/bench/kafka_kafkajs.mjs sends the same records by a client in JavaScript. SPDX-License-Identifier: Apache-2.0
#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

#include "exporters/kafka/kafka_client.hpp"
#include "exporters/kafka/kafka_exporter.hpp"
#include "exporters/pump.hpp"
#include "stream/file_stream.hpp"
#include "tests/bench/backlog.hpp"

namespace m2c2 {
namespace {

constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;

struct Setting : bench::Backlog {
  std::string brokers;
  std::string topic = "telemetry";
  std::string folder;
  std::string compression = "none";
  bool bare = false;
  bool print = false;
};

exporters::KafkaOptions options_of(const Setting& setting) {
  return {
      .brokers = setting.brokers, .topic = setting.topic, .properties = {{"compression.type", setting.compression}}};
}

/// Tells when the exporter has taken the last record.
class Counted final : public exporters::Exporter {
 public:
  Counted(std::unique_ptr<exporters::Exporter> inner, std::size_t records) : inner_{std::move(inner)}, left_{records} {}

  std::function<void()> on_done;

  std::string_view name() const override { return inner_->name(); }
  stream::Destination destination() const override { return inner_->destination(); }
  net::Task<std::vector<exporters::Outcome>> deliver(std::span<const stream::Record> records) override {
    auto outcomes = co_await inner_->deliver(records);
    for (const auto& outcome : outcomes)
      if (outcome.fate == exporters::Fate::accepted) --left_;
    if (left_ == 0) on_done();
    co_return outcomes;
  }
  void stop() override { inner_->stop(); }

 private:
  std::unique_ptr<exporters::Exporter> inner_;
  std::size_t left_;
};

net::Task<> pump_all(exporters::Pump& pump, net::EventLoop& loop) {
  co_await pump.run();
  loop.stop();
}

void measure_exporter(const Setting& setting) {
  const auto stream = stream::make_file_stream(*disk::make_folder(setting.folder), {.max_bytes = kMuch});
  if (!stream) throw std::runtime_error{stream.error().text};
  net::EventLoop loop;
  auto made = exporters::make_kafka_exporter(options_of(setting), loop);
  if (!made) throw std::runtime_error{made.error().text};
  Counted exporter{std::move(*made), setting.records};
  exporters::Pump pump{**stream, exporter, loop};
  exporter.on_done = [&] { pump.stop(); };
  const std::size_t bytes = bench::fill(setting, **stream);
  bench::measure(setting, bytes, [&] {
    loop.spawn(pump_all(pump, loop));
    loop.run();
  });
}

/// Counts what is acknowledged.
rd_kafka_t* bare_producer(const Setting& setting, std::size_t& acknowledged) {
  auto conf = exporters::producer_conf(options_of(setting));
  if (!conf) throw std::runtime_error{conf.error().text};
  rd_kafka_conf_set_opaque(conf->get(), &acknowledged);
  rd_kafka_conf_set_dr_msg_cb(conf->get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<std::size_t*>(opaque);
  });
  std::array<char, 512> why{};
  rd_kafka_t* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf->get(), why.data(), why.size());
  if (!producer) throw std::runtime_error{why.data()};
  [[maybe_unused]] auto* const taken = conf->release();
  return producer;
}

/// As fast as its queue takes them.
void produce_all(rd_kafka_t* producer, rd_kafka_topic_t* topic, const std::vector<stream::Record>& records) {
  for (const auto& [id, name, payload, key, to_topic, to_stream, at, number] : records) {
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, const_cast<char*>(payload.data()),
                            payload.size(), key.data(), key.size(), nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        throw std::runtime_error{rd_kafka_err2str(rd_kafka_last_error())};
      rd_kafka_poll(producer, 10);
    }
    rd_kafka_poll(producer, 0);
  }
}

void measure_bare(const Setting& setting) {
  std::vector<stream::Record> records;
  std::size_t bytes = 0;
  bench::for_each_batch(setting, [&](std::vector<stream::Record> batch) {
    for (auto& record : batch) bytes += records.emplace_back(std::move(record)).payload.size();
  });
  std::size_t acknowledged = 0;
  rd_kafka_t* const producer = bare_producer(setting, acknowledged);
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer, setting.topic.c_str(), nullptr);
  bench::measure(setting, bytes, [&] {
    produce_all(producer, topic, records);
    rd_kafka_flush(producer, 60'000);
  });
  if (acknowledged != setting.records) throw std::runtime_error{"not all was acknowledged"};
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
}

}  // namespace
}  // namespace m2c2

int main(int argc, char** argv) {
  CLI::App app{"A backlog of telemetry to Kafka"};
  m2c2::Setting setting;
  app.add_option("--brokers", setting.brokers, "host:port of some brokers");
  app.add_option("--topic", setting.topic)->capture_default_str();
  app.add_option("--folder", setting.folder, "an empty one, for the stream on the disk");
  app.add_option("--compression", setting.compression)->capture_default_str();
  app.add_option("--records", setting.records, "in all")->capture_default_str();
  app.add_option("--keys", setting.keys)->capture_default_str();
  app.add_option("--values", setting.values, "a record")->capture_default_str();
  app.add_flag("--bare", setting.bare, "through librdkafka alone, out of memory");
  app.add_flag("--print", setting.print, "only write the records, a line each");
  CLI11_PARSE(app, argc, argv);
  try {
    if (setting.print) m2c2::bench::print(setting);
    else setting.bare ? m2c2::measure_bare(setting) : m2c2::measure_exporter(setting);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
