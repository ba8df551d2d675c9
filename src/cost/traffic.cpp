// Makes one message a tag, and one with an entry more: from these two follow all the lengths there are.
// SPDX-License-Identifier: Apache-2.0
#include "cost/traffic.hpp"

#include <algorithm>
#include <numeric>

#include "cost/typical.hpp"
#include "job/telemetry_names.hpp"
#include "telemetry/batch.hpp"

namespace m2c2::cost {
namespace {

using telemetry::Batch;

std::size_t message_bytes(const telemetry::MessageShape& shape, const TypicalTag& tag, int entries) {
  Batch batch{{shape}, SIZE_MAX};
  for (int i = 0; i < entries; ++i)
    batch.add(telemetry::Samples{
        .values = {{0, WallTime{}, tag.value, {0, tag.detail.size()}}}, .faults = {}, .details = tag.detail});
  return batch.flush(WallTime{}).front().json.size();
}

/// What a batch lets into one message.
std::size_t most_entries(const Look& look) {
  if (look.first >= Batch::kMaxMessageBytes) return 1;
  return 1 + (Batch::kMaxMessageBytes - look.first) / look.more;
}

void add(std::vector<Flow>& flows, const Flow& flow) {
  if (flow.a_second <= 0) return;
  const auto alike = std::ranges::find_if(flows, [&](const Flow& known) {
    return known.payload == flow.payload && known.key == flow.key && known.a_second == flow.a_second;
  });
  if (alike == flows.end()) flows.push_back(flow);
  else alike->tags += flow.tags;
}

void add(std::vector<Look>& looks, const Look& look) {
  const auto alike = std::ranges::find_if(looks, [&](const Look& known) {
    return known.readings == look.readings && known.first == look.first && known.more == look.more &&
           known.key == look.key;
  });
  if (alike == looks.end()) {
    looks.push_back(look);
    return;
  }
  alike->tags += look.tags;
  alike->guessed += look.guessed;
}

}  // namespace

double Traffic::messages_a_second() const {
  return std::accumulate(flows.begin(), flows.end(), 0.0,
                         [](double sum, const Flow& flow) { return sum + flow.tags * flow.a_second; });
}

double Traffic::bytes_a_second() const {
  return std::accumulate(flows.begin(), flows.end(), 0.0, [](double sum, const Flow& flow) {
    return sum + flow.tags * flow.a_second * static_cast<double>(flow.payload);
  });
}

std::vector<Look> looks_of(const Job& job, const Assumptions& assumptions) {
  const job::TelemetryNames names{job.name, job.version, job.definition};
  std::vector<Look> looks;
  for (const TypicalTag& tag : typical_tags(job.definition, assumptions)) {
    const std::string level = names.level(tag.name);
    const auto shape = names.shape(tag.name, level, false);
    const std::size_t one = message_bytes(shape, tag, 1);
    add(looks, {.tags = tag.alike,
                .guessed = tag.is_guessed ? tag.alike : 0,
                .readings = tag.readings,
                .first = one,
                .more = message_bytes(shape, tag, 2) - one,
                .key = names.alias(level).size()});
  }
  return looks;
}

Traffic traffic_of(const Job& job) {
  const auto iterations = static_cast<std::size_t>(job.definition.iterations);
  const double batches_a_second =
      1000.0 / (static_cast<double>(job.definition.interval.count()) * static_cast<double>(iterations));
  Traffic traffic;
  for (const Look& look : job.looks) {
    const std::size_t entries = look.readings * iterations;
    const std::size_t most = std::min(most_entries(look), entries);
    const auto add_messages = [&](std::size_t of_entries, std::size_t count) {
      add(traffic.flows, Flow{.tags = static_cast<double>(look.tags * job.copies),
                              .a_second = batches_a_second * static_cast<double>(count),
                              .payload = look.first + (of_entries - 1) * look.more,
                              .key = look.key});
    };
    add_messages(most, entries / most);
    if (const std::size_t rest = entries % most; rest > 0) add_messages(rest, 1);
    traffic.tags += look.tags;
    traffic.guessed_tags += look.guessed;
  }
  return traffic;
}

}  // namespace m2c2::cost
