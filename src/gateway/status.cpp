// The status as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/status.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/json_text.hpp"

namespace m2c2::gateway {
namespace {

void append_count(std::string& out, std::string_view key, std::uint64_t count) {
  append_json_string(out, key);
  out.push_back(':');
  append_json_number(out, count);
}

using Count = std::pair<std::string_view, std::uint64_t>;

void append_counts(std::string& out, std::initializer_list<Count> counts) {
  for (const auto& [key, count] : counts) {
    if (out.back() != '{') out.push_back(',');
    append_count(out, key, count);
  }
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
  out.push_back(',');
  append_json_string(out, key);
  out.push_back(':');
  append_json_string(out, text);
}

void append_pump(std::string& out, const exporters::PumpStats& pump) {
  append_counts(out, {{"delivered", pump.delivered},
                      {"delivered-bytes", pump.bytes},
                      {"held", pump.held},
                      {"retries", pump.retries},
                      {"rejected", pump.rejected}});
  if (pump.failing_since) append_text(out, "failing", pump.why);
}

void append_stream(std::string& out, const Status& status) {
  const stream::Stats& stats = status.stream;
  out.append(R"("stream":{)");
  append_counts(out, {{"bytes", stats.bytes},
                      {"max-bytes", stats.max_bytes},
                      {"waiting", stats.waiting},
                      {"appended", stats.appended},
                      {"rejected", stats.rejected},
                      {"unwanted", stats.unwanted}});
  if (!stats.trouble.empty()) append_text(out, "trouble", stats.trouble);
  out.append(R"(,"exporters":{)");
  for (const auto& cursor : stats.cursors) {
    if (out.back() != '{') out.push_back(',');
    append_json_string(out, cursor.exporter);
    out.append(":{");
    append_counts(out, {{"lag", cursor.lag_records}, {"lag-bytes", cursor.lag_bytes}, {"lost", cursor.lost_records}});
    const auto exporter = std::ranges::find(status.exporters, cursor.exporter, &ExporterStatus::name);
    if (exporter != status.exporters.end()) append_pump(out, exporter->pump);
    out.push_back('}');
  }
  out.append("}}");
}

void append_jobs(std::string& out, const std::vector<std::string>& jobs, std::size_t most_bytes) {
  constexpr std::string_view whole = "]}";
  constexpr std::string_view truncated = R"(],"jobs-truncated":true})";
  out.append(R"("jobs":[)");
  std::size_t fits = out.size();
  for (const auto& job : jobs) {
    if (&job != &jobs.front()) out.push_back(',');
    append_json_string(out, job);
    if (out.size() + truncated.size() <= most_bytes) fits = out.size();
    if (out.size() > most_bytes) break;
  }
  if (out.size() + whole.size() <= most_bytes) {
    out.append(whole);
  } else {
    out.resize(fits);
    out.append(truncated);
  }
}

}  // namespace

std::string online_payload(const Status& status, std::size_t most_bytes) {
  std::string out = R"({"state":"online","version":)";
  append_json_string(out, status.version);
  out.push_back(',');
  append_count(out, "polls", status.polls);
  out.push_back(',');
  append_count(out, "polls-missed", status.polls_missed);
  out.push_back(',');
  append_count(out, "machines-lost", status.machines_lost);
  out.push_back(',');
  append_stream(out, status);
  out.append(R"(,"_timestamp_":")");
  append_timestamp(out, status.at);
  out.append(R"(",)");
  append_count(out, "jobs-running", status.jobs.size());
  out.push_back(',');
  append_jobs(out, status.jobs, most_bytes);
  return out;
}

std::string offline_payload() { return R"({"state":"offline"})"; }

}  // namespace m2c2::gateway
