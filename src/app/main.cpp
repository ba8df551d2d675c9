// The program m2c2: its commands and what each takes.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/archive_command.hpp"
#include "app/cost_command.hpp"
#include "app/daemon.hpp"
#include "app/job_command.hpp"
#include "app/job_files.hpp"
#include "app/opcda_command.hpp"
#include "app/stream_command.hpp"
#include "app/version.hpp"
#include "app/watch_command.hpp"
#include "log/log.hpp"

namespace m2c2::app {
namespace {

constexpr const char* kAbout =
    "m2c2 connects factory machines to the cloud: it polls PLCs over SLMP and servers over OPC DA as JSON jobs say, "
    "and "
    "delivers the tags over MQTT.\n"
    "Begin with:  m2c2 up          everything on this machine\n"
    "             m2c2 watch       what passes on the broker, from another terminal\n"
    "             m2c2 job deploy examples/slmp-ascii-deploy.json";

constexpr long kMostSeconds = 365L * 86'400;

/// What the parser fills in; the command chosen sets `run`.
struct Chosen {
  std::function<int()> run;
  DaemonCommand daemon;
  JobCommand job;
  WatchCommand watch;
  StreamCommand stream;
  OpcdaCommand opcda;
  ArchiveCommand archive;
  CostCommand cost;
  std::vector<std::string> files;
  long patience = 30;
  long limit = 0;
};

void add_config(CLI::App& command, std::string& file) {
  command.add_option("--config", file, "configuration file (TOML); see m2c2 config for all keys and their defaults")
      ->check(CLI::ExistingFile);
}

void add_broker(CLI::App& command, BrokerChoice& broker) {
  command.add_option("--broker", broker.url, "broker, e.g. mqtt://127.0.0.1:1883; wins over the configuration");
  add_config(command, broker.config_file);
}

void add_daemon(CLI::App& app, Chosen& chosen, const char* name, const char* about, Roles roles) {
  auto* command = app.add_subcommand(name, about);
  add_config(*command, chosen.daemon.config_file);
  command->callback([&chosen, roles] {
    chosen.daemon.roles = roles;
    chosen.run = [&chosen] { return run_daemon(chosen.daemon); };
  });
}

void add_job_control(CLI::App& jobs, Chosen& chosen, job::Control control, const char* about) {
  auto* command = jobs.add_subcommand(std::string{job::to_text(control)}, about);
  if (control == job::Control::deploy || control == job::Control::update)
    command->add_option("FILE", chosen.job.file, "job definition (JSON)")->required();
  else command->add_option("NAME", chosen.job.names, "jobs")->required();
  if (control == job::Control::start || control == job::Control::stop || control == job::Control::push)
    command->add_option("--version", chosen.job.version, "version of the job; default: the latest, or the running one");
  command->add_option("--timeout", chosen.patience, "seconds to wait for the answers")
      ->check(CLI::Range(1L, kMostSeconds))
      ->capture_default_str();
  add_broker(*command, chosen.job.broker);
  command->callback([&chosen, control] {
    chosen.job.control = control;
    chosen.job.patience = std::chrono::seconds{chosen.patience};
    chosen.run = [&chosen] { return run_job_command(chosen.job); };
  });
}

void add_jobs(CLI::App& app, Chosen& chosen) {
  auto* jobs = app.add_subcommand("job", "send a job request and wait for its answers; status 0 only on success");
  jobs->require_subcommand(1);
  add_job_control(*jobs, chosen, job::Control::deploy, "store a job as a new version and start it");
  add_job_control(*jobs, chosen, job::Control::update, "store a new version of a job that exists, and restart it");
  add_job_control(*jobs, chosen, job::Control::start, "start jobs");
  add_job_control(*jobs, chosen, job::Control::stop, "stop jobs");
  add_job_control(*jobs, chosen, job::Control::push, "test the connection between the gateway and the jobs' machines");
  add_job_control(*jobs, chosen, job::Control::pull, "show the job definitions that the gateway has");
}

void add_offline(CLI::App& app, Chosen& chosen) {
  auto* check =
      app.add_subcommand("check", "validate job definitions offline; every problem is named by its JSON path");
  check->add_option("FILE", chosen.files, "job definitions (JSON)")->required();
  check->callback([&chosen] { chosen.run = [&chosen] { return run_check_command(chosen.files); }; });

  auto* config = app.add_subcommand("config", "print the configuration with its defaults, to begin a file with");
  config->callback([&chosen] {
    chosen.run = [] {
      std::cout << default_config();
      return 0;
    };
  });
}

void add_watch(CLI::App& app, Chosen& chosen) {
  auto* watch = app.add_subcommand("watch", "print every info, error and telemetry message");
  watch
      ->add_option("--seconds", chosen.limit,
                   "end by itself; 0: watch until Ctrl-C or, with --expect, until all of it came")
      ->check(CLI::Range(0L, kMostSeconds))
      ->capture_default_str();
  watch->add_option("--expect", chosen.watch.expect, "job definition: status 0 only if telemetry of every tag came")
      ->check(CLI::ExistingFile);
  add_broker(*watch, chosen.watch.broker);
  watch->callback([&chosen] {
    chosen.watch.limit = std::chrono::seconds{chosen.limit};
    chosen.run = [&chosen] { return run_watch_command(chosen.watch); };
  });
}

void add_stream(CLI::App& app, Chosen& chosen) {
  auto* stream = app.add_subcommand(
      "stream",
      "look into a gateway's stream, whether the gateway runs or not: segments, places of exporters, records");
  stream->require_subcommand(1);
  auto* show = stream->add_subcommand("show", "print its segments, and for each exporter its place, lag and losses");
  show->callback([&chosen] { chosen.run = [&chosen] { return run_stream_show_command(chosen.stream); }; });
  auto* read = stream->add_subcommand("read", "print its records, a JSON object a line");
  read->add_option("--from", chosen.stream.from, "number of the first record; default: the oldest that is kept")
      ->check(CLI::NonNegativeNumber);
  read->add_option("--count", chosen.stream.count, "so many records; default: all")->check(CLI::NonNegativeNumber);
  read->callback([&chosen] { chosen.run = [&chosen] { return run_stream_read_command(chosen.stream); }; });
  for (auto* command : {show, read}) {
    command->add_option("FOLDER", chosen.stream.folder,
                        "the stream's folder; default: stream/ in the data-dir of the "
                        "configuration");
    add_config(*command, chosen.stream.config_file);
  }
}

void add_archive(CLI::App& app, Chosen& chosen) {
  auto* archive = app.add_subcommand(
      "archive",
      "write what a Kafka topic holds as gzip files of newline-delimited JSON, each record once, until Ctrl-C\n"
      "Start as many as there is work for, with the same --group: they share the topic's partitions, and when one "
      "dies\n"
      "the others go on where it was. A place in the topic is committed only once its records are durable.\n"
      "Such as:  m2c2 archive --from kafka --brokers 127.0.0.1:9092 --topic telemetry --to ./archive\n"
      "Learn more: docs/guides/kafka.md");
  ArchiveCommand& to = chosen.archive;
  archive->add_option("--from", to.from, "where the records come from")->check(CLI::IsMember({"kafka"}))->required();
  archive->add_option("--brokers", to.brokers,
                      "host:port of some brokers, with commas between; else those of --config's exporter to kafka");
  archive->add_option("--topic", to.topic, "to read, from its oldest record on; else that exporter's");
  archive->add_option("--group", to.group, "consumer group: who shares the topic's partitions")->capture_default_str();
  archive->add_option("--to", to.to, "a folder, or s3://bucket/prefix")->required();
  archive->add_option("--flush-interval", to.flush_interval, "an object ends this long after its first record …")
      ->capture_default_str();
  archive
      ->add_option("--flush-size", to.flush_size,
                   "… or with this much JSON in it, up to 128 MiB.\nEach partition that this member has holds that "
                   "much, compressed, in memory")
      ->capture_default_str();
  archive->add_option("--kms-key-id", to.kms_key_id,
                      "s3: the key that encrypts the objects; else the bucket's own way");
  archive->add_option("--property", to.properties,
                      "NAME=VALUE of librdkafka, again for each further one; wins over that exporter's.\n"
                      "Passwords belong in --config: anyone on this machine can read a command line");
  add_config(*archive, to.config_file);
  archive->callback([&chosen] { chosen.run = [&chosen] { return run_archive_command(chosen.archive); }; });
}

CLI::App* add_opcda_command(CLI::App& opcda, Chosen& chosen, const char* name, const char* about,
                            int (*run)(const OpcdaCommand&)) {
  auto* command = opcda.add_subcommand(name, about);
  command->add_option("HOST", chosen.opcda.gateway, "where the OpenOPC gateway is: HOST or HOST:PORT, by default 7766")
      ->required();
  command->callback([&chosen, run] { chosen.run = [&chosen, run] { return run(chosen.opcda); }; });
  return command;
}

void add_opcda(CLI::App& app, Chosen& chosen) {
  auto* opcda = app.add_subcommand("opcda", "try an OPC DA server over its OpenOPC gateway; nothing is ever written");
  opcda->require_subcommand(1);
  auto* doctor = add_opcda_command(*opcda, chosen, "doctor",
                                   "go step by step from the port to a tag's value, and say what to do where it fails",
                                   run_opcda_doctor_command);
  doctor->add_option("--tag", chosen.opcda.tags, "tag to read at the end, again for each further one");
  auto* browse = add_opcda_command(
      *opcda, chosen, "browse",
      "list what a pattern of a read_list stands for; without one, what there is at the top: branches, too",
      run_opcda_browse_command);
  browse->add_option("PATTERN", chosen.opcda.pattern, "such as 'Simulation Items.Random.*'")->capture_default_str();
  auto* read = add_opcda_command(*opcda, chosen, "read", "read tags once", run_opcda_read_command);
  read->add_option("TAG", chosen.opcda.tags, "item ids")->required();
  for (auto* command : {doctor, browse, read}) {
    auto* server = command->add_option("--server", chosen.opcda.server,
                                       "OPC DA server (ProgID), such as Matrikon.OPC.Simulation.1");
    if (command != doctor) server->required();
  }
}

void add_cost(CLI::App& app, Chosen& chosen) {
  auto* command = app.add_subcommand(
      "cost",
      "work out what jobs would cost a month, destination by destination, before anybody deploys them\n"
      "Such as:  m2c2 cost --to both --jobs 100 examples/slmp-ascii-deploy.json\n"
      "          m2c2 cost --config m2c2.toml --tags 'Simulation Items.Random.*Int*=6' examples/opcda-deploy.json\n"
      "          m2c2 cost --print-prices > prices.toml    to edit, and to give with --prices");
  CostCommand& cost = chosen.cost;
  command->add_option("FILE", cost.files, "job definitions (JSON), as m2c2 job deploy takes them");
  command->add_option("--jobs", cost.copies, "count each so many times")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->capture_default_str();
  command->add_option("--to", cost.to, "as if every job said so; default: as each job says")
      ->check(CLI::IsMember({"topic", "stream", "both"}));
  command
      ->add_option("--tags", cost.tags, "PATTERN=N: so many tags an address of a read_list stands for; again for each")
      ->allow_extra_args(false);
  command
      ->add_option("--values-size", cost.value_bytes, "bytes of each value as JSON; default: typical of its data-type")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}));
  command->add_option("--gzip-ratio", cost.gzip_ratio, "how many times smaller gzip makes text")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  command->add_option("--prices", cost.prices_file, "prices (TOML)")->check(CLI::ExistingFile);
  command->add_flag("--print-prices", cost.print_prices, "print the prices with their units, and end");
  command->add_flag("--json", cost.json, "print one JSON object");
  add_config(*command, cost.config_file);
  command->callback([&chosen] { chosen.run = [&chosen] { return run_cost_command(chosen.cost); }; });
}

int run(int argc, char** argv) {
  CLI::App app{kAbout, "m2c2"};
  app.set_version_flag("--version", fmt::format("m2c2 {}", kVersion));
  app.require_subcommand(1);
  bool verbose = false;
  app.add_flag("-v,--verbose", verbose, "log what happens in detail");
  Chosen chosen;
  add_daemon(app, chosen, "up", "everything on one machine: a broker unless one is configured, job builder, gateway",
             {.gateway = true, .builder = true, .own_broker = true});
  add_daemon(app, chosen, "gateway", "the gateway alone, beside the machines",
             {.gateway = true, .builder = false, .own_broker = false});
  add_daemon(app, chosen, "builder", "the job builder alone", {.gateway = false, .builder = true, .own_broker = false});
  add_jobs(app, chosen);
  add_watch(app, chosen);
  add_stream(app, chosen);
  add_archive(app, chosen);
  add_opcda(app, chosen);
  add_offline(app, chosen);
  add_cost(app, chosen);
  CLI11_PARSE(app, argc, argv);
  const bool is_daemon = chosen.daemon.roles.gateway || chosen.daemon.roles.builder || app.got_subcommand("archive");
  log::set_level(verbose ? log::Level::debug : is_daemon ? log::Level::info : log::Level::warning);
  return chosen.run();
}

}  // namespace
}  // namespace m2c2::app

int main(int argc, char** argv) {
  try {
    const int status = m2c2::app::run(argc, argv);
    if (std::cout.flush()) return status;
    std::cerr << "m2c2: the output could not be written: make room, or send it elsewhere\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "m2c2: " << error.what() << '\n';
    return 1;
  }
}
