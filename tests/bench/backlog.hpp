// A backlog of telemetry to measure exporters with, and what it costs this process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "stream/stream.hpp"
#include "telemetry/batch.hpp"

namespace m2c2::bench {

struct Backlog {
  std::size_t records = 100'000;
  std::size_t keys = 500;
  std::size_t values = 10;  ///< a record
};

/// The messages of a job of one word a tag, read ten times a second: each tag's value walks at random from where it
/// was.
class Telemetry {
 public:
  explicit Telemetry(const Backlog& backlog)
      : iterations_{backlog.values}, walks_(backlog.keys, 1000), batch_{shapes(backlog.keys)} {}

  /// One of each tag.
  std::vector<stream::Record> next() {
    for (std::size_t i = 0; i < iterations_; ++i) {
      at_ += std::chrono::milliseconds{100} + std::chrono::microseconds{random_() % 64};
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

/// `take` has them all, some at a time.
template <class Take>
void for_each_batch(const Backlog& backlog, Take take) {
  Telemetry telemetry{backlog};
  for (std::size_t count = 0; count < backlog.records;) {
    auto records = telemetry.next();
    records.resize(std::min(records.size(), backlog.records - count));
    count += records.size();
    take(std::move(records));
  }
}

/// All of it, durable; gives the bytes of the payloads.
inline std::size_t fill(const Backlog& backlog, stream::Stream& stream) {
  using std::chrono::milliseconds;
  constexpr std::size_t kMostWaiting = std::size_t{1} << 20;  // so that filling does not set the peak of the memory
  std::size_t bytes = 0;
  for_each_batch(backlog, [&](std::vector<stream::Record> records) {
    for (const auto& record : records) bytes += record.payload.size();
    stream.append(std::move(records));
    while (stream.stats().waiting > kMostWaiting) std::this_thread::sleep_for(milliseconds{1});
  });
  while (stream.stats().waiting > 0) std::this_thread::sleep_for(milliseconds{1});
  if (stream.stats().appended != backlog.records) throw std::runtime_error{stream.stats().trouble};
  return bytes;
}

/// A line each: the key, a tab, the payload.
inline void print(const Backlog& backlog) {
  for_each_batch(backlog, [](const std::vector<stream::Record>& records) {
    for (const auto& record : records) std::cout << record.partition_key << '\t' << record.payload << '\n';
  });
}

inline double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double peak_mib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (double kib = 0; word == "VmHWM:" && status >> kib) return kib / 1024;
  throw std::runtime_error{"/proc/self/status says no VmHWM"};
}

/// Runs `work`, and prints what it took a record.
template <class Work>
void measure(const Backlog& backlog, std::size_t bytes, Work work) {
  const double before = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  work();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto records = static_cast<double>(backlog.records);
  std::cout << fmt::format(
      R"({{"records_s": {:.0f}, "values_s": {:.0f}, "cpu_us": {:.2f}, "payload_bytes": {:.0f}, "peak_mib": {:.1f}}})",
      records / seconds, records * static_cast<double>(backlog.values) / seconds,
      1e6 * (cpu_seconds() - before) / records, static_cast<double>(bytes) / records, peak_mib());
  std::cout << '\n';
}

}  // namespace m2c2::bench
