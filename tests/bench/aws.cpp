// What a backlog of telemetry costs on its way to Kinesis or S3: out of the stream on the disk, through the pump and
// the exporter, until all of it is there. tests/bench/aws_sdk.mjs sends the same records by Amazon's own client.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>

#include "exporters/archive/archive_exporter.hpp"
#include "exporters/archive/s3_sink.hpp"
#include "exporters/kinesis/kinesis_exporter.hpp"
#include "exporters/pump.hpp"
#include "stream/file_stream.hpp"
#include "telemetry/batch.hpp"

namespace m2c2 {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;
constexpr std::size_t kMostWaiting = std::size_t{1} << 20;  // so that filling does not set the peak of the memory

struct Setting {
  std::string to = "kinesis";
  std::string endpoint;
  std::string region = "eu-central-1";
  std::string name = "m2c2-stream";
  std::string folder;
  std::size_t records = 100'000;
  std::size_t keys = 500;
  std::size_t values = 10;
  std::size_t record_size = std::size_t{256} * 1024;
  bool print = false;
};

/// The messages of a job of one word a tag, read ten times a second: each tag's value walks at random from where it
/// was.
class Telemetry {
 public:
  explicit Telemetry(const Setting& setting)
      : iterations_{setting.values}, walks_(setting.keys, 1000), batch_{shapes(setting.keys)} {}

  /// One of each tag.
  std::vector<stream::Record> next() {
    for (std::size_t i = 0; i < iterations_; ++i) {
      at_ += 100ms + std::chrono::microseconds{random_() % 64};
      batch_.add(iteration());
    }
    std::vector<stream::Record> records;
    for (telemetry::Message& message : batch_.flush(at_))
      records.push_back({.id = std::move(message.id),
                         .topic = "m2c2/job/press/" + alias(message.tag),
                         .payload = std::move(message.json),
                         .partition_key = alias(message.tag),
                         .to_stream = true,
                         .at = at_});
    return records;
  }

 private:
  static std::string alias(std::size_t tag) { return fmt::format("press_tag_{:04}", tag); }
  static std::vector<telemetry::MessageShape> shapes(std::size_t keys) {
    std::vector<telemetry::MessageShape> shapes;
    shapes.reserve(keys);
    for (std::size_t tag = 0; tag < keys; ++tag) shapes.push_back({{{"version", "1"}, {"tag", alias(tag)}}, "message"});
    return shapes;
  }
  telemetry::Samples iteration() {
    telemetry::Samples samples;
    samples.values.reserve(walks_.size());
    for (std::size_t tag = 0; tag < walks_.size(); ++tag) {
      walks_[tag] += static_cast<int>(random_() % 7) - 3;
      samples.values.push_back({tag, at_, fmt::format("{}", walks_[tag])});
    }
    return samples;
  }

  std::size_t iterations_;
  std::vector<int> walks_;
  telemetry::Batch batch_;
  std::minstd_rand random_{7};
  WallTime at_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
};

/// An exporter that settles at once when it has taken the last record, instead of waiting for more.
class Whole final : public exporters::Exporter {
 public:
  Whole(std::unique_ptr<exporters::Exporter> inner, std::size_t records) : inner_{std::move(inner)}, left_{records} {}

  std::function<void()> on_done;

  std::string_view name() const override { return inner_->name(); }
  stream::Destination destination() const override { return inner_->destination(); }
  net::Task<std::vector<exporters::Outcome>> deliver(std::span<const stream::Record> records) override {
    auto outcomes = co_await inner_->deliver(records);
    for (const auto& outcome : outcomes)
      if (outcome.fate == exporters::Fate::held) --left_;
    co_return outcomes;
  }
  SteadyTime settle_due() const override { return left_ == 0 ? SteadyTime::min() : inner_->settle_due(); }
  net::Task<exporters::Outcome> settle() override {
    auto outcome = co_await inner_->settle();
    if (left_ == 0 && outcome.fate == exporters::Fate::accepted) on_done();
    co_return outcome;
  }
  void stop() override { inner_->stop(); }

 private:
  std::unique_ptr<exporters::Exporter> inner_;
  std::size_t left_;
};

std::unique_ptr<aws::Client> make_client(const Setting& setting, net::Loop& loop, std::string endpoint) {
  const auto environment = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>{value} : std::nullopt;
  };
  return std::make_unique<aws::Client>(
      aws::make_http(), loop, aws::IotCredentials{}, environment,
      aws::ServiceOptions{.service = setting.to, .region = setting.region, .endpoint = std::move(endpoint)});
}

std::unique_ptr<exporters::Exporter> make_exporter(const Setting& setting, const stream::Stream& stream,
                                                   net::Loop& loop) {
  if (setting.to == "kinesis")
    return std::make_unique<exporters::KinesisExporter>(
        make_client(setting, loop, setting.endpoint), loop,
        exporters::KinesisOptions{.stream_name = setting.name, .record_size = setting.record_size});
  exporters::S3Place place{.bucket = setting.name};
  auto client = make_client(setting, loop, exporters::s3_endpoint(place, setting.region, setting.endpoint));
  return std::make_unique<exporters::ArchiveExporter>(
      std::make_unique<exporters::S3Sink>(std::move(client), std::move(place)), loop,
      exporters::ArchiveOptions{.origin = {.stream_id = stream.id()}});
}

struct Amount {
  std::size_t records = 0;
  std::size_t bytes = 0;  ///< of the payloads
};

Amount fill(const Setting& setting, stream::Stream& stream) {
  Telemetry telemetry{setting};
  Amount amount;
  while (amount.records < setting.records) {
    auto records = telemetry.next();
    records.resize(std::min(records.size(), setting.records - amount.records));
    for (const auto& record : records) amount.bytes += record.payload.size();
    amount.records += records.size();
    stream.append(std::move(records));
    while (stream.stats().waiting > kMostWaiting) std::this_thread::sleep_for(1ms);
  }
  while (stream.stats().waiting > 0) std::this_thread::sleep_for(1ms);
  if (stream.stats().appended != amount.records) throw std::runtime_error{stream.stats().trouble};
  return amount;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_mib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (double kib = 0; word == "VmHWM:" && status >> kib) return kib / 1024;
  throw std::runtime_error{"/proc/self/status says no VmHWM"};
}

net::Task<> pump_all(exporters::Pump& pump, net::EventLoop& loop) {
  co_await pump.run();
  loop.stop();
}

void measure(const Setting& setting) {
  const auto folder = stream::make_file_stream(*disk::make_folder(setting.folder), {.max_bytes = kMuch});
  if (!folder) throw std::runtime_error{folder.error().text};
  stream::Stream& stream = **folder;
  net::EventLoop loop;
  Whole exporter{make_exporter(setting, stream, loop), setting.records};
  exporters::Pump pump{stream, exporter, loop};
  exporter.on_done = [&] { pump.stop(); };
  const Amount amount = fill(setting, stream);

  const double before = cpu_seconds();
  const auto begin = SteadyClock::now();
  loop.spawn(pump_all(pump, loop));
  loop.run();
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  const auto records = static_cast<double>(amount.records);
  std::cout << fmt::format(
      R"({{"records_s": {:.0f}, "values_s": {:.0f}, "cpu_us": {:.2f}, "payload_bytes": {:.0f}, "peak_mib": {:.1f}}})",
      records / seconds, records * static_cast<double>(setting.values) / seconds,
      1e6 * (cpu_seconds() - before) / records, static_cast<double>(amount.bytes) / records, peak_mib());
  std::cout << '\n';
}

/// A line each: the key, a tab, the payload.
void print(const Setting& setting) {
  Telemetry telemetry{setting};
  for (std::size_t count = 0; count < setting.records;) {
    auto records = telemetry.next();
    records.resize(std::min(records.size(), setting.records - count));
    for (const auto& record : records) std::cout << record.partition_key << '\t' << record.payload << '\n';
    count += records.size();
  }
}

}  // namespace
}  // namespace m2c2

int main(int argc, char** argv) {
  CLI::App app{"A backlog of telemetry to Kinesis or S3; credentials come from the environment"};
  m2c2::Setting setting;
  app.add_option("--to", setting.to)->check(CLI::IsMember({"kinesis", "s3"}))->capture_default_str();
  app.add_option("--endpoint", setting.endpoint, "of the service; empty: the region's own");
  app.add_option("--region", setting.region)->capture_default_str();
  app.add_option("--name", setting.name, "of the data stream or the bucket")->capture_default_str();
  app.add_option("--folder", setting.folder, "an empty one, for the stream on the disk");
  app.add_option("--records", setting.records, "in all")->capture_default_str();
  app.add_option("--keys", setting.keys, "partition keys")->capture_default_str();
  app.add_option("--values", setting.values, "a record")->capture_default_str();
  app.add_option("--record-size", setting.record_size, "up to which messages are joined; 1: none is")
      ->capture_default_str();
  app.add_flag("--print", setting.print, "only write the records, a line each");
  CLI11_PARSE(app, argc, argv);
  try {
    setting.print ? m2c2::print(setting) : m2c2::measure(setting);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
