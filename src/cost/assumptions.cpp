// What the figures rest on, and what would not work, in words.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cost/report.hpp"

namespace m2c2::cost {
namespace {

std::string values_sentence(const Assumptions& assumptions) {
  if (assumptions.value_bytes)
    return fmt::format("Values have {} bytes of JSON each (--values-size).", *assumptions.value_bytes);
  return "Values are typical ones of their data-type, such as 1234 or 123.456; --values-size sets their bytes.";
}

std::string guesses_sentence(const Plan& plan) {
  std::size_t guessed = 0;
  for (const Job& job : plan.jobs) guessed += traffic_of(job).guessed_tags;
  if (guessed == 0) return {};
  return fmt::format("A pattern of a read_list stands for {} tags where no --tags PATTERN=N says otherwise.",
                     plan.assumptions.tags_a_pattern);
}

std::string joining_sentence(const Exporter& exporter) {
  return fmt::format(
      "{}: messages of one alias are joined up to {} KiB within {:g} s, or until a gateway has {:g} MiB together; one "
      "whose messages come less often than that gains nothing. Shards are for the average load.",
      exporter.name, exporter.joining.record_size / 1024,
      std::chrono::duration<double>(exporter.joining.flush_interval).count(),
      static_cast<double>(exporter.joining.flush_size) / kKB / kKB);
}

std::string cutting_sentence(const Exporter& exporter) {
  return fmt::format("{}: an object for each {:g} MiB of text or {:g} s, whichever comes first, of each gateway.",
                     exporter.name, static_cast<double>(exporter.cutting.flush_size) / kKB / kKB,
                     std::chrono::duration<double>(exporter.cutting.flush_interval).count());
}

std::string dynamodb_sentence(const Prices& prices) {
  constexpr double kDeploys = 1000, kUnitsADeploy = 12;  // a job of 10 KB, and its head twice
  return fmt::format("DynamoDB is left out: jobs are written when somebody changes them; {} deploys of 10 KB cost {}.",
                     kDeploys, money(kDeploys * kUnitsADeploy / 1e6 * prices.dynamodb_writes));
}

constexpr double kMostPublishes = 100;  // AWS IoT Core's, a second of one connection

}  // namespace

std::vector<std::string> warnings_of(const Plan& plan) {
  std::vector<std::string> out;
  if (plan.own_broker) return out;
  for (const Gateway& gateway : gateways_of(plan, &job::Delivery::to_topic))
    if (const double rate = messages_a_second(gateway); rate > kMostPublishes)
      out.push_back(fmt::format(
          "The gateway of group {} sends {} messages a second to topics, and AWS IoT Core takes {:g} of a "
          "connection: raise machine-query-iterations, or spread the jobs over more gateways (gg-group-id).",
          gateway.group, grouped(rate), kMostPublishes));
  return out;
}

std::vector<std::string> assumptions_of(const Plan& plan, const Prices& prices) {
  std::vector<std::string> out{
      fmt::format("Prices as of {}; m2c2 cost --print-prices prints them, --prices takes your own. 1 GB is 2^30 bytes, "
                  "1 KB 1,024.",
                  prices.as_of),
      "The machines answer all the time, and every tag is there in every iteration.",
      values_sentence(plan.assumptions)};
  if (std::string guesses = guesses_sentence(plan); !guesses.empty()) out.push_back(std::move(guesses));
  if (!plan.own_broker)
    out.emplace_back("What subscribers and rules take out of AWS IoT Core is billed beside it, and is not counted.");
  for (const Exporter& exporter : plan.exporters) {
    if (exporter.kind == ExporterKind::kinesis) out.push_back(joining_sentence(exporter));
    if (exporter.kind == ExporterKind::archive_in_s3) out.push_back(cutting_sentence(exporter));
  }
  out.push_back(
      fmt::format("gzip makes text {:g} times smaller (--gzip-ratio). What is stored adds up month by month "
                  "until a lifecycle rule ends it.",
                  plan.assumptions.gzip_ratio));
  out.push_back(dynamodb_sentence(prices));
  out.emplace_back("Left out: requests to KMS, CloudWatch, taxes, free tiers, and what reads the data.");
  return out;
}

}  // namespace m2c2::cost
