// Units times prices.
// SPDX-License-Identifier: Apache-2.0
#include "cost/bill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace m2c2::cost {
namespace {

constexpr double kMillion = 1e6, kBillion = 1e9;
constexpr std::size_t kProvisionedLines = 2;  // shards, PUT units

double sum(const std::vector<Line>& lines) {
  return std::accumulate(lines.begin(), lines.end(), 0.0, [](double s, const Line& line) { return s + line.cost(); });
}

void add_messages(std::vector<Line>& lines, double units, const Prices& prices) {
  lines.push_back(
      {"messages, one for each 5 KB begun", std::min(units, kBillion) / kMillion, "million", prices.iot_messages});
  if (units > kBillion)
    lines.push_back({"those above 1 billion", (std::min(units, 5 * kBillion) - kBillion) / kMillion, "million",
                     prices.iot_messages_above_1});
  if (units > 5 * kBillion)
    lines.push_back(
        {"those above 5 billion", (units - 5 * kBillion) / kMillion, "million", prices.iot_messages_above_5});
}

Destination topic(const Plan& plan, const std::vector<Gateway>& gateways, const Prices& prices) {
  const TopicUsage usage = topic_usage(gateways);
  Destination out{.name = "topic", .messages = usage.messages, .bytes = usage.bytes};
  if (plan.own_broker) {
    out.about = "a broker of your own: messages cost nothing";
    return out;
  }
  out.about = "AWS IoT Core";
  const double minutes = kHoursAMonth * 60;
  const auto count = static_cast<double>(gateways.size());
  add_messages(out.lines, usage.units, prices);
  out.lines.push_back(
      {"status of the gateways, one a minute", count * minutes / kMillion, "million", prices.iot_messages});
  out.lines.push_back({"connections of gateways and job builder", (count + 1) * minutes / kMillion, "million minutes",
                       prices.iot_connection});
  return out;
}

void add_storage(std::vector<Line>& lines, double requests, double stored_gb, const Prices& prices) {
  lines.push_back({"S3 PUT requests", requests / 1000, "thousand", prices.s3_puts});
  lines.push_back({"S3 storage of one month's data", stored_gb, "GB months", prices.s3_storage});
}

Destination kinesis(const Plan& plan, const Exporter& exporter, const std::vector<Gateway>& gateways,
                    const Prices& prices) {
  const StreamUsage usage = stream_usage(gateways, exporter.joining);
  Destination out{
      .name = exporter.name, .about = "Kinesis Data Streams, then Firehose into S3", .records = usage.records};
  out.lines = {{fmt::format("shards, provisioned: {:.0f}", usage.shards), usage.shards * kHoursAMonth, "hours",
                prices.kinesis_shard_hour},
               {"PUT payload units of 25 KB", usage.put_units / kMillion, "million", prices.kinesis_put_units},
               {"Firehose, each record up to 5 KB", usage.firehose_gb, "GB", prices.firehose}};
  add_storage(out.lines, usage.objects, usage.text_gb / plan.assumptions.gzip_ratio, prices);
  out.on_demand = {{"on-demand stream", usage.records > 0 ? kHoursAMonth : 0, "hours", prices.on_demand_hour},
                   {"put in, each record up to 1 KB", usage.on_demand_gb, "GB", prices.on_demand_in},
                   {"taken out by Firehose", usage.text_gb, "GB", prices.on_demand_out}};
  return out;
}

Destination archive(const Plan& plan, const Exporter& exporter, const std::vector<Gateway>& gateways,
                    const Prices& prices) {
  const ArchiveUsage usage = archive_usage(gateways, exporter.cutting, plan.assumptions.gzip_ratio);
  Destination out{.name = exporter.name, .about = "objects straight into S3"};
  add_storage(out.lines, usage.requests, usage.stored_gb, prices);
  return out;
}

Destination exported(const Plan& plan, const Exporter& exporter, const std::vector<Gateway>& gateways,
                     const Prices& prices) {
  switch (exporter.kind) {
    case ExporterKind::archive_in_folder:
      return {.name = exporter.name, .about = "files in a folder of the gateway: cost nothing"};
    case ExporterKind::archive_in_s3:
      return archive(plan, exporter, gateways, prices);
    case ExporterKind::kinesis:
      return kinesis(plan, exporter, gateways, prices);
    case ExporterKind::kafka:
      return {.name = exporter.name, .about = "Kafka: not priced, it depends on your brokers"};
  }
  return {};
}

std::vector<Total> totals_of(const Plan& plan, const std::vector<Destination>& destinations) {
  const double topic = destinations.front().total();
  std::vector<Total> totals;
  if (plan.one_exporter) {
    for (std::size_t i = 1; i < destinations.size(); ++i)
      totals.push_back({"topic and " + destinations[i].name, topic + destinations[i].total()});
    return totals;
  }
  double all = 0;
  for (const Destination& destination : destinations) all += destination.total();
  return {{"all destinations", all}};
}

}  // namespace

double Destination::total() const { return sum(lines); }

std::optional<double> Destination::on_demand_total() const {
  if (on_demand.empty()) return {};
  return sum(on_demand) + sum({lines.begin() + kProvisionedLines, lines.end()});
}

std::vector<Gateway> gateways_of(const Plan& plan, bool job::Delivery::* goes) {
  std::vector<Gateway> gateways;
  for (const Job& job : plan.jobs) {
    auto gateway = std::ranges::find(gateways, job.group, &Gateway::group);
    if (gateway == gateways.end()) gateway = gateways.insert(gateway, {job.group, {}});
    if (!(job.delivery.*goes)) continue;
    const Traffic traffic = traffic_of(job);
    gateway->flows.insert(gateway->flows.end(), traffic.flows.begin(), traffic.flows.end());
  }
  return gateways;
}

Bill bill_of(const Plan& plan, const Prices& prices) {
  Bill bill;
  bill.destinations.push_back(topic(plan, gateways_of(plan, &job::Delivery::to_topic), prices));
  const auto gateways = gateways_of(plan, &job::Delivery::to_stream);
  const TopicUsage streamed = topic_usage(gateways);
  for (const Exporter& exporter : plan.exporters) {
    Destination& destination = bill.destinations.emplace_back(exported(plan, exporter, gateways, prices));
    destination.messages = streamed.messages;
    destination.bytes = streamed.bytes;
  }
  bill.totals = totals_of(plan, bill.destinations);
  return bill;
}

}  // namespace m2c2::cost
