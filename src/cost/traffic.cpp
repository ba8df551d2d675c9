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

struct Lengths {
  std::size_t first = 0;  ///< a message of one entry
  std::size_t more = 0;   ///< each further entry
};

std::size_t message_bytes(const telemetry::MessageShape& shape, const TypicalTag& tag, int entries) {
  Batch batch{{shape}, SIZE_MAX};
  for (int i = 0; i < entries; ++i)
    batch.add(telemetry::Samples{.values = {{0, WallTime{}, tag.value, tag.detail}}, .faults = {}});
  return batch.flush(WallTime{}).front().json.size();
}

Lengths lengths_of(const telemetry::MessageShape& shape, const TypicalTag& tag) {
  const std::size_t one = message_bytes(shape, tag, 1);
  return {one, message_bytes(shape, tag, 2) - one};
}

/// What a batch lets into one message.
std::size_t most_entries(const Lengths& lengths) {
  if (lengths.first >= Batch::kMaxMessageBytes) return 1;
  return 1 + (Batch::kMaxMessageBytes - lengths.first) / lengths.more;
}

void add(std::vector<Flow>& flows, const Flow& flow) {
  if (flow.a_second <= 0) return;
  const auto alike = std::ranges::find_if(flows, [&](const Flow& known) {
    return known.payload == flow.payload && known.key == flow.key && known.a_second == flow.a_second;
  });
  if (alike == flows.end()) flows.push_back(flow);
  else alike->tags += flow.tags;
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

Traffic traffic_of(const Job& job, const Assumptions& assumptions) {
  const job::Definition& definition = job.definition;
  const job::TelemetryNames names{job.name, job.version, definition};
  const double batches_a_second =
      1000.0 / (static_cast<double>(definition.interval.count()) * static_cast<double>(definition.iterations));
  Traffic traffic;
  for (const TypicalTag& tag : typical_tags(definition, assumptions)) {
    const std::string level = names.level(tag.name);
    const Lengths lengths = lengths_of(names.shape(tag.name, level, false), tag);
    const std::size_t entries = tag.readings * static_cast<std::size_t>(definition.iterations);
    const std::size_t most = std::min(most_entries(lengths), entries);
    const Flow full{.tags = static_cast<double>(tag.alike * job.copies),
                    .a_second = batches_a_second * static_cast<double>(entries / most),
                    .payload = lengths.first + (most - 1) * lengths.more,
                    .key = names.alias(level).size()};
    add(traffic.flows, full);
    if (const std::size_t rest = entries % most; rest > 0) {
      Flow last = full;
      last.a_second = batches_a_second;
      last.payload = lengths.first + (rest - 1) * lengths.more;
      add(traffic.flows, last);
    }
    traffic.tags += tag.alike;
    if (tag.is_guessed) traffic.guessed_tags += tag.alike;
  }
  return traffic;
}

}  // namespace m2c2::cost
