// The table of exporter kinds.
// SPDX-License-Identifier: Apache-2.0
#include "app/exporters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "exporters/archive/archive_exporter.hpp"
#include "exporters/archive/folder_sink.hpp"
#include "exporters/archive/s3_sink.hpp"
#include "exporters/kafka/kafka_exporter.hpp"
#include "exporters/kinesis/kinesis_exporter.hpp"

namespace m2c2::app {
namespace {

using Exporter = std::unique_ptr<exporters::Exporter>;

/// What is collected stands in the stream meanwhile: it must not come to fill it.
std::uint64_t flush_size(std::uint64_t wanted, const ExporterSurroundings& around) {
  return std::min(wanted, *parse_size(around.config.stream.max_size) / 4);
}

Exporter make_archive(const Config::Exporter& config, const ExporterSurroundings& around) {
  return std::make_unique<exporters::ArchiveExporter>(
      make_sink(config.path, config.kms_key_id, around.config.aws, around.loop), around.loop,
      exporters::ArchiveOptions{
          .origin = {.exporter = config.name, .stream_name = config.stream_name, .stream_id = around.stream_id},
          .flush_interval = *parse_duration(config.flush_interval),
          .flush_size = flush_size(*parse_size(config.flush_size), around)});
}

Exporter make_kinesis(const Config::Exporter& config, const ExporterSurroundings& around) {
  const Config::Aws& aws = around.config.aws;
  return std::make_unique<exporters::KinesisExporter>(
      make_aws_client(aws, around.loop, "kinesis", aws.kinesis_endpoint), around.loop,
      exporters::KinesisOptions{.name = config.name,
                                .stream_name = config.stream_name,
                                .record_size = *parse_size(config.record_size),
                                .flush_interval = *parse_duration(config.flush_interval),
                                .flush_size = flush_size(exporters::KinesisOptions{}.flush_size, around)});
}

exporters::KafkaOptions kafka_options(const Config::Exporter& config) {
  return {.name = config.name, .brokers = config.brokers, .topic = config.topic, .properties = config.properties};
}
Exporter make_kafka(const Config::Exporter& config, const ExporterSurroundings& around) {
  return exporters::make_kafka_exporter(kafka_options(config), around.loop).value();
}

Result<> needs_no_check(const Config::Exporter&) { return {}; }
Result<> check_kafka(const Config::Exporter& config) { return exporters::check_kafka_options(kafka_options(config)); }

struct ExporterKind {
  std::string_view name;
  Result<> (*check)(const Config::Exporter&);
  Exporter (*make)(const Config::Exporter&, const ExporterSurroundings&);
};

constexpr std::array kKinds{
    ExporterKind{"archive", needs_no_check, make_archive},
    ExporterKind{"kafka", check_kafka, make_kafka},
    ExporterKind{"kinesis", needs_no_check, make_kinesis},
};

const ExporterKind& kind_of(const Config::Exporter& config) {
  return *std::ranges::find(kKinds, config.kind, &ExporterKind::name);
}

}  // namespace

Result<> check_exporters(const Config& config) {
  for (const Config::Exporter& exporter : config.exporters)
    if (auto fine = kind_of(exporter).check(exporter); !fine)
      return fail(fine.error().code, fmt::format("[[exporter]] {}: {}", exporter.name, fine.error().text));
  return {};
}

std::unique_ptr<exporters::ObjectSink> make_sink(const std::string& path, const std::string& kms_key_id,
                                                 const Config::Aws& aws, net::Loop& loop, AwsPatience patience) {
  if (!path.starts_with("s3://")) return std::make_unique<exporters::FolderSink>(path);
  exporters::S3Place place = exporters::parse_s3_place(path);
  place.kms_key_id = kms_key_id;
  auto client = make_aws_client(aws, loop, "s3", exporters::s3_endpoint(place, aws.region, aws.s3_endpoint), patience);
  return std::make_unique<exporters::S3Sink>(std::move(client), std::move(place));
}

Exporter make_exporter(const Config::Exporter& config, const ExporterSurroundings& around) {
  return kind_of(config).make(config, around);
}

}  // namespace m2c2::app
