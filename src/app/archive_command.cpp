// Options into an archiver, which runs on this thread.
// SPDX-License-Identifier: Apache-2.0
#include "app/archive_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "app/config.hpp"
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
      return fail(std::make_error_code(std::errc::invalid_argument),
                  fmt::format("--property {}: give name=value, such as security.protocol=SSL", text));
    properties.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return properties;
}

Result<archiver::ArchiverOptions> options_of(const ArchiveCommand& command) {
  auto properties = parse_properties(command.properties);
  if (!properties) return std::unexpected{properties.error()};
  const auto interval = parse_duration(command.flush_interval);
  if (!interval) return std::unexpected{interval.error()};
  const auto size = parse_size(command.flush_size);
  if (!size) return std::unexpected{size.error()};
  return archiver::ArchiverOptions{.kafka = {.brokers = command.brokers,
                                             .topic = command.topic,
                                             .group = command.group,
                                             .properties = std::move(*properties)},
                                   .flush_interval = *interval,
                                   .flush_size = *size};
}

int say(const Error& error) {
  std::cerr << "m2c2: " << error.text << '\n';
  return 1;
}

net::Task<> run_until_stopped(archiver::Archiver& archiver, net::EventLoop& loop, Result<>& ended) {
  ended = co_await archiver.run();
  loop.stop();
}

}  // namespace

int run_archive_command(const ArchiveCommand& command) {
  const auto config = load_config(command.config_file);
  if (!config) return say(config.error());
  auto options = options_of(command);
  if (!options) return say(options.error());
  net::EventLoop loop;
  const auto to_sink = [&] { return make_sink(command.to, {}, config->aws, loop); };
  const auto archiver = archiver::Archiver::make(std::move(*options), to_sink, loop);
  if (!archiver) return say(archiver.error());
  loop.on_signal([&] { (*archiver)->stop(); });
  log::info(fmt::format("archives topic {} of {} to {} as a member of group {}", command.topic, command.brokers,
                        command.to, command.group));
  Result<> ended;
  loop.spawn(run_until_stopped(**archiver, loop, ended));
  loop.run();
  if (!ended) return say(ended.error());
  const auto stats = (*archiver)->stats();
  log::info(fmt::format("archived {} records in {} objects", stats.records, stats.objects));
  return 0;
}

}  // namespace m2c2::app
