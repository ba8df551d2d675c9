// What a backlog of telemetry costs on its way to Kinesis or S3: out of the stream on the disk, through the pump and
// the exporter, until all of it is there. tests/bench/aws_sdk.mjs sends the same records by Amazon's own client.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "exporters/archive/archive_exporter.hpp"
#include "exporters/archive/s3_sink.hpp"
#include "exporters/kinesis/kinesis_exporter.hpp"
#include "exporters/pump.hpp"
#include "stream/file_stream.hpp"
#include "tests/bench/backlog.hpp"

namespace m2c2 {
namespace {

constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;

struct Setting : bench::Backlog {
  std::string to = "kinesis";
  std::string endpoint;
  std::string region = "eu-central-1";
  std::string name = "m2c2-stream";
  std::string folder;
  std::size_t record_size = std::size_t{256} * 1024;
  bool print = false;
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
  const std::size_t bytes = bench::fill(setting, stream);
  bench::measure(setting, bytes, [&] {
    loop.spawn(pump_all(pump, loop));
    loop.run();
  });
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
    setting.print ? m2c2::bench::print(setting) : m2c2::measure(setting);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
