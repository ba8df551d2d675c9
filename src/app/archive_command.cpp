// Options into an archiver, which runs on this thread.
// SPDX-License-Identifier: Apache-2.0
#include "app/archive_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <utility>

#include "app/certificate_check.hpp"
#include "app/config.hpp"
#include "app/config_check.hpp"
#include "app/errors.hpp"
#include "app/exporters.hpp"
#include "archiver/archiver.hpp"
#include "log/log.hpp"

namespace m2c2::app {
namespace {

Result<exporters::KafkaProperties> parse_properties(const std::vector<std::string>& texts) {
  exporters::KafkaProperties properties;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0)
      return invalid(fmt::format("--property {}: give name=value, such as security.protocol=SSL", text));
    properties.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return properties;
}

/// The exporter that fills the topic, or else the first one to Kafka; nothing of it where there is none.
Config::Exporter kafka_exporter(const Config& config, const std::string& topic) {
  const auto fills = [&](const Config::Exporter& e) { return e.kind == "kafka" && e.topic == topic; };
  auto found = std::ranges::find_if(config.exporters, fills);
  if (found == config.exporters.end()) found = std::ranges::find(config.exporters, "kafka", &Config::Exporter::kind);
  return found == config.exporters.end() ? Config::Exporter{} : *found;
}

/// What the command line leaves out is the configuration's, where secrets are seen by none but its reader.
Result<exporters::KafkaConsumerOptions> source_of(const ArchiveCommand& command, const Config& config) {
  const Config::Exporter exporter = kafka_exporter(config, command.topic);
  auto properties = parse_properties(command.properties);
  if (!properties) return std::unexpected{properties.error()};
  exporters::KafkaConsumerOptions source{.brokers = command.brokers.empty() ? exporter.brokers : command.brokers,
                                         .topic = command.topic.empty() ? exporter.topic : command.topic,
                                         .group = command.group,
                                         .properties = exporters::shared_properties(exporter.properties)};
  std::ranges::move(*properties, std::back_inserter(source.properties));
  for (const auto& [what, given] : {std::pair{"brokers", &source.brokers}, std::pair{"topic", &source.topic}})
    if (given->empty())
      return invalid(fmt::format("no {0} given: give --{0}, or --config with an [[exporter]] of kind kafka", what));
  if (auto checked = exporters::check_kafka_options(source); !checked) return std::unexpected{checked.error()};
  return source;
}

/// The configuration with one exporter, as which the options are checked.
Result<Config> with_target(const ArchiveCommand& command, Config config) {
  if (command.to.empty()) return invalid("--to is empty: give a folder, or s3://bucket/prefix");
  config.exporters = {{.kind = "archive",
                       .path = command.to,
                       .flush_interval = command.flush_interval,
                       .flush_size = command.flush_size,
                       .kms_key_id = command.kms_key_id}};
  fill_in(config);
  if (auto fine = check(config, "options of m2c2 archive"); !fine) return std::unexpected{fine.error()};
  return config;
}

struct Plan {
  Config config;
  archiver::ArchiverOptions options;
  AwsPatience patience;
};

Result<Plan> plan_of(const ArchiveCommand& command) {
  auto config = load_config(command.config_file);
  if (!config) return std::unexpected{config.error()};
  auto source = source_of(command, *config);
  if (!source) return std::unexpected{source.error()};
  config = with_target(command, std::move(*config));
  if (!config) return std::unexpected{config.error()};
  const auto session = exporters::session_timeout(*source);
  if (!session) return std::unexpected{session.error()};
  const Config::Exporter& target = config->exporters.front();
  archiver::ArchiverOptions options{.kafka = std::move(*source),
                                    .flush_interval = *parse_duration(target.flush_interval),
                                    .flush_size = *parse_size(target.flush_size)};
  // A write has to end while the partition is still this member's, and the archiver tries again itself.
  return Plan{std::move(*config), std::move(options), {.attempts = 1, .answer_within = *session / 3}};
}

net::Task<> run_until_stopped(archiver::Archiver& archiver, net::EventLoop& loop, Result<>& ended) {
  ended = co_await archiver.run();
  loop.stop();
}

}  // namespace

int run_archive_command(const ArchiveCommand& command) {
  auto plan = plan_of(command);
  if (!plan) return say(plan.error());
  const Config::Exporter& target = plan->config.exporters.front();
  const exporters::KafkaConsumerOptions source = plan->options.kafka;
  net::EventLoop loop;
  const auto to_sink = [&] {
    return make_sink(target.path, target.kms_key_id, plan->config.aws, loop, plan->patience);
  };
  const auto archiver = archiver::Archiver::make(std::move(plan->options), to_sink, loop);
  if (!archiver) return say(archiver.error());
  loop.on_signal([&] { (*archiver)->stop(); });
  for (const std::string& fault : faults_of_certificates(plan->config, loop.wall())) log::error(fault);
  log::info(fmt::format("archives topic {} of {} to {} as a member of group {}", source.topic, source.brokers,
                        target.path, source.group));
  Result<> ended;
  loop.spawn(run_until_stopped(**archiver, loop, ended));
  loop.run();
  if (!ended) return say(ended.error());
  const auto stats = (*archiver)->stats();
  log::info(fmt::format("archived {} records in {} objects", stats.records, stats.objects));
  return 0;
}

}  // namespace m2c2::app
