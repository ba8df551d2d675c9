// Files and options into a plan, whose bill is printed.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "app/config.hpp"
#include "app/cost_prices.hpp"
#include "app/errors.hpp"
#include "app/job_files.hpp"
#include "base/hex.hpp"
#include "cost/report.hpp"
#include "exporters/kinesis/kinesis_exporter.hpp"

namespace m2c2::app {
namespace {

/// Every problem of a file, a line each.
std::string to_lines(const std::string& file, const std::vector<job::Problem>& problems) {
  std::string lines;
  for (const auto& problem : problems)
    lines += fmt::format("{}{}: {}{}{}", lines.empty() ? "" : "\n", file, problem.path,
                         problem.path.empty() ? "" : ": ", problem.message);
  return lines;
}

Result<cost::Job> load_job(const std::string& file, const CostCommand& command, const Config& config) {
  const auto text = read_job_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto parsed = job::parse_request(*text);
  if (!parsed) return invalid(to_lines(file, parsed.error().problems));
  const job::Request& request = parsed->request;
  if (!request.definition)
    return invalid(fmt::format("{}: job.control: '{}' defines no job; give the request that deploys it", file,
                               job::to_text(request.control)));
  const job::Property& property = request.properties.front();
  cost::Job job{.file = file,
                .name = property.name,
                .group = request.group.empty() ? config.builder.default_group_id : request.group,
                .version = property.version.value_or(1),
                .definition = *request.definition,
                .delivery = job::delivery_of(*request.definition, request.destinations),
                .copies = command.copies};
  if (!command.to.empty()) job.delivery = {.to_stream = command.to != "topic", .to_topic = command.to != "stream"};
  return job;
}

cost::Exporter exporter_of(const Config::Exporter& config) {
  cost::Exporter exporter{.kind = cost::ExporterKind::kafka, .name = config.name};
  if (config.kind == "kinesis") {
    exporter.kind = cost::ExporterKind::kinesis;
    exporter.joining = {.record_size = *parse_size(config.record_size),
                        .flush_interval = *parse_duration(config.flush_interval),
                        .flush_size = exporters::KinesisOptions{}.flush_size};
  } else if (config.kind == "archive") {
    exporter.kind =
        config.path.starts_with("s3://") ? cost::ExporterKind::archive_in_s3 : cost::ExporterKind::archive_in_folder;
    exporter.cutting = {.flush_interval = *parse_duration(config.flush_interval),
                        .flush_size = *parse_size(config.flush_size)};
  }
  return exporter;
}

/// What somebody without a configuration may choose between.
std::vector<cost::Exporter> usual_exporters() {
  return {{.kind = cost::ExporterKind::archive_in_s3, .name = "archive"},
          {.kind = cost::ExporterKind::kinesis, .name = "kinesis"}};
}

bool is_read(const cost::Job& job, std::string_view pattern) {
  const auto* opcda = std::get_if<job::OpcdaJob>(&job.definition.protocol);
  return opcda && std::ranges::any_of(opcda->attributes, [&](const job::OpcdaAttribute& attribute) {
           return attribute.function == job::OpcdaFunction::read_list &&
                  std::ranges::find(attribute.addresses, pattern) != attribute.addresses.end();
         });
}

Result<> count_tags(const std::vector<std::string>& texts, cost::Plan& plan) {
  constexpr std::uint64_t kMostTags = 100'000;  // of a job
  for (const std::string& text : texts) {
    const std::size_t equals = std::min(text.rfind('='), text.size());
    const std::string pattern = text.substr(0, equals);
    const auto count = parse_decimal(std::string_view{text}.substr(std::min(equals + 1, text.size())));
    if (pattern.empty() || !count || *count > kMostTags)
      return invalid(fmt::format("--tags {}: give PATTERN=N with N up to {}, such as 'Line1.*=40'", text, kMostTags));
    if (std::ranges::none_of(plan.jobs, [&](const cost::Job& job) { return is_read(job, pattern); }))
      return invalid(fmt::format(
          "--tags {}: no read_list of these jobs has the address {}; write it as it stands there", text, pattern));
    plan.assumptions.tags_of_pattern[pattern] = static_cast<std::size_t>(*count);
  }
  return {};
}

Result<std::vector<cost::Job>> load_jobs(const CostCommand& command, const Config& config) {
  if (command.files.empty()) return invalid("give one job definition or more, such as examples/slmp-ascii-deploy.json");
  std::vector<cost::Job> jobs;
  std::string wrong;
  for (const auto& file : command.files) {
    auto job = load_job(file, command, config);
    if (job) jobs.push_back(*std::move(job));
    else wrong += (wrong.empty() ? "" : "\n") + job.error().text;
  }
  if (!wrong.empty()) return invalid(std::move(wrong));
  return jobs;
}

Result<cost::Plan> plan_of(const CostCommand& command) {
  const auto config = load_config(command.config_file);
  if (!config) return std::unexpected{config.error()};
  auto jobs = load_jobs(command, *config);
  if (!jobs) return std::unexpected{jobs.error()};
  cost::Plan plan{.jobs = *std::move(jobs)};
  plan.assumptions.value_bytes = command.value_bytes;
  plan.assumptions.gzip_ratio = command.gzip_ratio;
  if (command.config_file.empty()) {
    plan.exporters = usual_exporters();
    plan.one_exporter = true;
  } else {
    std::ranges::transform(config->exporters, std::back_inserter(plan.exporters), exporter_of);
    plan.own_broker = !config->broker.url.contains(".amazonaws.com");
  }
  if (auto counted = count_tags(command.tags, plan); !counted) return std::unexpected{counted.error()};
  for (cost::Job& job : plan.jobs) job.looks = cost::looks_of(job, plan.assumptions);
  return plan;
}

}  // namespace

int run_cost_command(const CostCommand& command) {
  const auto prices = load_prices(command.prices_file);
  if (!prices) return say(prices.error());
  if (command.print_prices) {
    std::cout << cost::to_toml(*prices);
    return 0;
  }
  const auto plan = plan_of(command);
  if (!plan) return say(plan.error());
  std::cout << (command.json ? cost::to_json(*plan, *prices) : cost::to_text(*plan, *prices));
  return 0;
}

}  // namespace m2c2::app
