// Prints the view that stream/inspect gives.
// SPDX-License-Identifier: Apache-2.0
#include "app/stream_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "app/config.hpp"
#include "app/errors.hpp"
#include "base/json_text.hpp"
#include "disk/folder.hpp"
#include "stream/inspect.hpp"

namespace m2c2::app {
namespace {

struct Opened {
  std::unique_ptr<disk::Folder> folder;
  stream::StreamView view;
};

/// The stream that the command names, which is there.
Result<Opened> open(const StreamCommand& command) {
  constexpr std::string_view remedy = "give the folder stream/ in a gateway's data-dir, or that gateway's --config";
  std::filesystem::path path = command.folder;
  if (path.empty()) {
    const auto config = load_config(command.config_file);
    if (!config) return std::unexpected{config.error()};
    path = std::filesystem::path{config->gateway.data_dir} / "stream";
  }
  auto folder = disk::open_folder(path);
  if (!folder) return fail(folder.error().code, fmt::format("{}; {}", folder.error().text, remedy));
  auto view = stream::inspect(**folder);
  if (!view) return std::unexpected{view.error()};
  if (view->segments.empty() && view->cursors.empty())
    return fail(std::make_error_code(std::errc::no_such_file_or_directory),
                fmt::format("there is no stream in {}; {}", path.string(), remedy));
  return Opened{std::move(*folder), std::move(*view)};
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10 * 1024) return fmt::format("{} B", bytes);
  if (bytes < 10 * 1024 * 1024) return fmt::format("{} KiB", bytes / 1024);
  return fmt::format("{} MiB", bytes / 1024 / 1024);
}

void print_segments(const stream::StreamView& view) {
  std::uint64_t bytes = 0;
  for (const auto& segment : view.segments) bytes += segment.bytes;
  std::cout << fmt::format("Stream {}: {} in {} segments; the next record is number {}.\n", view.id, size_text(bytes),
                           view.segments.size(), view.end);
  if (view.segments.empty()) return;
  std::cout << fmt::format("\n{:<32} {:>10} {:>12} {:>12}\n", "segment", "size", "first", "records");
  for (const auto& segment : view.segments)
    std::cout << fmt::format("{:<32} {:>10} {:>12} {:>12}{}\n", segment.name, size_text(segment.bytes), segment.first,
                             segment.records ? fmt::to_string(*segment.records) : "?",
                             segment.damage.empty() ? "" : "  damaged: " + segment.damage);
}

void print_cursors(const stream::StreamView& view) {
  std::cout << fmt::format("\n{:<32} {:>12} {:>12} {:>10} {:>8}\n", "exporter", "next", "lag", "lag size", "lost");
  for (const auto& cursor : view.cursors)
    std::cout << fmt::format("{:<32} {:>12} {:>12} {:>10} {:>8}{}\n", cursor.exporter, cursor.number,
                             cursor.lag_records, size_text(cursor.lag_bytes), cursor.lost_records,
                             cursor.damage.empty() ? "" : "  damaged: " + cursor.damage);
}

std::string to_json_line(const stream::Record& record) {
  std::string line = fmt::format(R"({{"number":{},"at":"{}","to-topic":{},"to-stream":{},"topic":)", record.number,
                                 format_timestamp(record.at), record.to_topic, record.to_stream);
  append_json_string(line, record.topic);
  line += R"(,"partition-key":)";
  append_json_string(line, record.partition_key);
  line += R"(,"_id_":)";
  append_json_string(line, record.id);
  return line + R"(,"message":)" + record.payload + "}\n";
}

}  // namespace

int run_stream_show_command(const StreamCommand& command) {
  const auto opened = open(command);
  if (!opened) return say(opened.error());
  const auto& [folder, view] = *opened;
  print_segments(view);
  print_cursors(view);
  const auto is_damaged = [](const auto& part) { return !part.damage.empty(); };
  return std::ranges::any_of(view.segments, is_damaged) || std::ranges::any_of(view.cursors, is_damaged) ? 1 : 0;
}

int run_stream_read_command(const StreamCommand& command) {
  const auto opened = open(command);
  if (!opened) return say(opened.error());
  int status = 0;
  std::uint64_t left = command.count;
  const auto read = stream::read_records(*opened->folder, command.from, [&](const stream::Finding& finding) {
    if (left == 0) return false;
    --left;
    if (finding.record) {
      std::cout << to_json_line(*finding.record);
    } else {
      std::cerr << fmt::format("m2c2: record {} is damaged: {}\n", finding.number, finding.damage);
      status = 1;
    }
    return left > 0 && std::cout.good();
  });
  return read ? status : say(read.error());
}

}  // namespace m2c2::app
