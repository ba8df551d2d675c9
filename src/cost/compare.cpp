// The plan with one thing changed at a time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cost/bill.hpp"

namespace m2c2::cost {
namespace {

using namespace std::chrono_literals;

constexpr int kMostIterations = 30;  // that the guide allows
constexpr Duration kLongFlush = 60s;

bool has_kinesis(const Plan& plan) {
  return std::ranges::find(plan.exporters, ExporterKind::kinesis, &Exporter::kind) != plan.exporters.end();
}

Plan with_all_delivered(Plan plan) {
  for (Job& job : plan.jobs) job.delivery = {.to_stream = true, .to_topic = true};
  return plan;
}

Plan with_single_records(Plan plan) {
  for (Exporter& exporter : plan.exporters) exporter.joining.joins = false;
  return plan;
}

Plan with_long_flush(Plan plan) {
  for (Exporter& exporter : plan.exporters)
    exporter.joining.flush_interval = std::max(exporter.joining.flush_interval, kLongFlush);
  return plan;
}

Plan with_most_iterations(Plan plan) {
  for (Job& job : plan.jobs) job.definition.iterations = kMostIterations;
  return plan;
}

bool delivers_all(const Job& job) { return job.delivery.to_stream && job.delivery.to_topic; }
bool flushes_early(const Exporter& exporter) {
  return exporter.kind == ExporterKind::kinesis && exporter.joining.flush_interval < kLongFlush;
}

}  // namespace

std::vector<Comparison> compare(const Plan& plan, const Prices& prices) {
  std::vector<Comparison> all{{"as it is", bill_of(plan, prices)}};
  const auto add = [&](std::string what, const Plan& changed) {
    all.push_back({std::move(what), bill_of(changed, prices)});
  };
  if (!std::ranges::all_of(plan.jobs, delivers_all)) add("every job to topic and stream", with_all_delivered(plan));
  if (has_kinesis(plan)) add("kinesis: one message a record", with_single_records(plan));
  if (std::ranges::any_of(plan.exporters, flushes_early)) add("kinesis: flush-interval 60s", with_long_flush(plan));
  if (std::ranges::any_of(plan.jobs, [](const Job& job) { return job.definition.iterations < kMostIterations; }))
    add(fmt::format("machine-query-iterations {}", kMostIterations), with_most_iterations(plan));
  return all;
}

}  // namespace m2c2::cost
