// The table of exporter kinds.
// SPDX-License-Identifier: Apache-2.0
#include "app/exporters.hpp"

#include <algorithm>
#include <array>

#include "exporters/archive/archive_exporter.hpp"
#include "exporters/archive/folder_sink.hpp"

namespace m2c2::app {
namespace {

using Exporter = std::unique_ptr<exporters::Exporter>;

Exporter make_archive(const Config::Exporter& config, net::EventLoop& loop, const std::string& stream_id) {
  return std::make_unique<exporters::ArchiveExporter>(
      std::make_unique<exporters::FolderSink>(config.path), loop,
      exporters::ArchiveOptions{
          .origin = {.exporter = config.name, .stream_name = config.stream_name, .stream_id = stream_id},
          .flush_interval = *parse_duration(config.flush_interval),
          .flush_size = *parse_size(config.flush_size)});
}

struct ExporterKind {
  std::string_view name;
  Exporter (*make)(const Config::Exporter&, net::EventLoop&, const std::string& stream_id);
};

constexpr std::array kKinds{
    ExporterKind{"archive", make_archive},
};

}  // namespace

Exporter make_exporter(const Config::Exporter& config, net::EventLoop& loop, const std::string& stream_id) {
  return std::ranges::find(kKinds, config.kind, &ExporterKind::name)->make(config, loop, stream_id);
}

}  // namespace m2c2::app
