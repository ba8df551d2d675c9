// Dead letters: one JSON object a line, synced once a batch.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dead_letters.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "disk/append_file.hpp"

namespace m2c2::exporters {
namespace {

namespace fs = std::filesystem;

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() || out.back() == '\n' ? '{' : ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

void append_base64_field(std::string& out, std::string_view name, std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  append_field(out, name, text);
}

void append_letter(std::string& out, const Rejection& rejection, std::string_view exporter, std::string_view at) {
  const stream::Record& record = rejection.record;
  append_field(out, "at", at);
  append_field(out, "exporter", exporter);
  append_field(out, "why", rejection.why);
  append_field(out, "topic", record.topic);
  append_field(out, "_id_", record.id);
  append_field(out, "partition-key", record.partition_key);
  if (is_utf8(record.payload)) append_field(out, "payload", record.payload);
  else append_base64_field(out, "payload-base64", record.payload);
  out += "}\n";
}

std::unexpected<Error> cannot_keep(const Error& why, const fs::path& folder) {
  return fail(why.code, fmt::format("{}; rejected messages wait in the stream until {} can be written to, so make room "
                                    "on its disk or give it another owner",
                                    why.text, folder.string()));
}

}  // namespace

DeadLetters::DeadLetters(DeadLetterOptions options, std::string exporter, const Clock& clock)
    : options_{std::move(options)},
      exporter_{std::move(exporter)},
      clock_{clock},
      file_{options_.folder / (exporter_ + ".ndjson")},
      older_{options_.folder / (exporter_ + ".1.ndjson")} {}

Result<> DeadLetters::append(std::span<const Rejection> rejections) {
  const std::string at = format_timestamp(clock_.wall());
  std::string lines;
  for (const Rejection& rejection : rejections) append_letter(lines, rejection, exporter_, at);
  auto ready = disk::make_folders(options_.folder);
  if (ready) ready = make_way();
  if (!ready) return cannot_keep(ready.error(), options_.folder);
  if (auto appended = disk::append_lines(file_, lines); !appended)
    return cannot_keep(appended.error(), options_.folder);
  return {};
}

Result<> DeadLetters::make_way() {
  std::error_code error;
  const auto size = fs::file_size(file_, error);
  if (error || size <= options_.max_size) return {};
  fs::rename(file_, older_, error);
  if (error)
    return fail(error, fmt::format("cannot rename {} to {}: {}", file_.string(), older_.string(), error.message()));
  return {};
}

}  // namespace m2c2::exporters
