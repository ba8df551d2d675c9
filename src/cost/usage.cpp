// Rounding up as the services do.
// SPDX-License-Identifier: Apache-2.0
#include "cost/usage.hpp"

#include <algorithm>
#include <cmath>

namespace m2c2::cost {
namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double begun(double bytes, double step) { return std::ceil(bytes / step); }

/// As it lies in a stream: with its newline.
double text(const Flow& flow) { return static_cast<double>(flow.payload) + 1; }

double text_a_second(const Gateway& gateway) {
  double sum = 0;
  for (const Flow& flow : gateway.flows) sum += flow.tags * flow.a_second * text(flow);
  return sum;
}

/// Things made at an interval or at a size, whichever comes first, but never of nothing.
double made_a_second(const Gateway& gateway, Duration interval, double size) {
  return std::min(std::max(1 / seconds(interval), text_a_second(gateway) / size), messages_a_second(gateway));
}

void add_record(StreamUsage& usage, double count, double data, double key) {
  usage.records += count;
  usage.bytes += count * (data + key);
  usage.put_units += count * begun(data + key, 25 * kKB);
  usage.on_demand_gb += count * begun(data + key, kKB) * kKB / kGB;
  usage.firehose_gb += count * begun(data, 5 * kKB) * 5 * kKB / kGB;
  usage.text_gb += count * data / kGB;
}

/// `count` times so many messages of one alias, that come together.
void add_joined(StreamUsage& usage, const Flow& flow, double count, double messages, const Joining& how) {
  const auto key = static_cast<double>(flow.key);
  const double fit = std::max(1.0, std::floor((static_cast<double>(how.record_size) - key) / text(flow)));
  const double full = std::floor(messages / fit), rest = messages - full * fit;
  add_record(usage, count * full, fit * text(flow), key);
  if (rest > 0) add_record(usage, count, rest * text(flow), key);
}

/// Messages of the flow that one flush finds, on average.
double together(const Flow& flow, const Joining& how, double window) {
  return how.joins ? std::max(1.0, window * flow.a_second) : 1;
}

void add_flow(StreamUsage& usage, const Flow& flow, const Joining& how, double window) {
  const double average = together(flow, how, window), few = std::floor(average);
  const double flushes = flow.tags * flow.a_second * kSecondsAMonth / average;
  const double with_one_more = average - few;
  add_joined(usage, flow, flushes * (1 - with_one_more), few, how);
  if (with_one_more > 0) add_joined(usage, flow, flushes * with_one_more, few + 1, how);
}

double requests_for(double object_bytes) {
  constexpr double kMostInOne = 16 * kKB * kKB, kPart = 8 * kKB * kKB;  // see exporters/archive/s3_sink
  return object_bytes <= kMostInOne ? 1 : 2 + begun(object_bytes, kPart);
}

}  // namespace

double messages_a_second(const Gateway& gateway) { return Traffic{.flows = gateway.flows}.messages_a_second(); }

TopicUsage topic_usage(std::span<const Gateway> gateways) {
  TopicUsage usage;
  for (const Gateway& gateway : gateways)
    for (const Flow& flow : gateway.flows) {
      const double messages = flow.tags * flow.a_second * kSecondsAMonth;
      const auto bytes = static_cast<double>(flow.payload);
      usage.messages += messages;
      usage.bytes += messages * bytes;
      usage.units += messages * begun(bytes, 5 * kKB);
    }
  return usage;
}

StreamUsage stream_usage(std::span<const Gateway> gateways, const Joining& how) {
  constexpr double kShardBytes = kKB * kKB, kShardRecords = 1000, kBufferBytes = 5 * kKB * kKB;
  StreamUsage usage;
  for (const Gateway& gateway : gateways) {
    const double rate = text_a_second(gateway);
    if (rate <= 0) continue;
    const double window = std::min(seconds(how.flush_interval), static_cast<double>(how.flush_size) / rate);
    for (const Flow& flow : gateway.flows) add_flow(usage, flow, how, window);
  }
  if (usage.records <= 0) return usage;
  const double a_second = usage.records / kSecondsAMonth;
  usage.shards =
      std::max(1.0, std::ceil(std::max(usage.bytes / kSecondsAMonth / kShardBytes, a_second / kShardRecords)));
  const double buffers = usage.text_gb * kGB / kSecondsAMonth / kBufferBytes;
  usage.objects = std::min(std::max(1.0 / 300, buffers), a_second) * kSecondsAMonth;
  return usage;
}

ArchiveUsage archive_usage(std::span<const Gateway> gateways, const Cutting& how, double gzip_ratio) {
  ArchiveUsage usage;
  for (const Gateway& gateway : gateways) {
    const double rate = text_a_second(gateway);
    if (rate <= 0) continue;
    const double objects = made_a_second(gateway, how.flush_interval, static_cast<double>(how.flush_size));
    usage.objects += objects * kSecondsAMonth;
    usage.requests += objects * kSecondsAMonth * requests_for(rate / objects / gzip_ratio);
    usage.text_gb += rate * kSecondsAMonth / kGB;
  }
  usage.stored_gb = usage.text_gb / gzip_ratio;
  return usage;
}

}  // namespace m2c2::cost
