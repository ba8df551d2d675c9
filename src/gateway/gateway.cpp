// Messages in, to the job they are for.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cmath>
#include <utility>

#include "job/names.hpp"
#include "job/topics.hpp"
#include "log/log.hpp"

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStatusEvery = 60s;
constexpr Duration kDeliveriesEvery = 1s;
constexpr std::size_t kMostEarlyBytes = std::size_t{64} << 20;

/// The job that a malformed command names, or nothing that could be answered.
std::string job_named_in(std::string_view payload) {
  boost::system::error_code error;
  const auto document = boost::json::parse(payload, error);
  const auto* object = error ? nullptr : document.if_object();
  const auto* name = object ? object->if_contains("job") : nullptr;
  if (!name || !name->is_string() || job::fault_in_job_name(name->get_string())) return {};
  return std::string{std::string_view{name->get_string()}};
}

}  // namespace

Gateway::Gateway(net::Loop& loop, net::Loop& disk, stream::Stream& stream, std::function<void(mqtt::Message)> send,
                 ConnectorFactory make_connector, Options options)
    : surroundings_{loop, stream, std::move(send)},
      make_connector_{std::move(make_connector)},
      options_{std::move(options)},
      local_jobs_{loop, disk, options_.data_dir / "job"},
      host_{surroundings_, make_connector_, local_jobs_, [this](const std::string& name) { job_changed(name); }, 0, {}},
      pushes_{surroundings_, make_connector_, options_.push},
      heartbeat_{loop, kStatusEvery, [this] { beat(); }},
      watching_{loop, kDeliveriesEvery, [this] { watch_deliveries(); }} {}

void Gateway::start_local_jobs() {
  for (auto& parsed : local_jobs_.load()) {
    const auto job = jobs_[parsed.wanted.job] = std::make_shared<JobKeeper>(host_, parsed.wanted.job);
    const Duration delay = stagger(parsed.definition.interval);
    job->restore(std::move(parsed), delay);
  }
  log::info(fmt::format("{} local jobs in {}, {} of them run", jobs_.size(), options_.data_dir.string(), host_.actors));
}

void Gateway::on_wanted(const mqtt::Received& received) {
  if (stopping_) return;
  const auto about = job::topics::in_group_job_topic(received.topic);
  if (!about || job::fault_in_job_name(about->job))
    return refuse({}, fmt::format("no job can have the topic {}", received.topic));
  early_.erase(received.topic);
  const auto found = jobs_.find(std::string{about->job});
  if (received.payload.empty()) {
    if (found == jobs_.end()) return;
    const auto job = found->second;  // leaving may take it out of jobs_
    job->leave();
    return;
  }
  auto parsed = job::parse_wanted(received.payload);
  if (!parsed) return refuse(about->job, parsed.error().text);
  if (parsed->wanted.job != about->job)
    return refuse(about->job,
                  fmt::format("The wanted state on {} is of the job '{}'.", received.topic, parsed->wanted.job));
  if (is_of_the_future(parsed->wanted.revision)) {
    const bool is_kept = keep_for_later(parsed->wanted.revision, received);
    return refuse(about->job,
                  fmt::format("The wanted state on {} has a revision of the future, after which no other would count: "
                              "check the clocks of the job builder and of this gateway. {}",
                              received.topic,
                              is_kept ? "It is done once they agree." : "Once they agree, restart this gateway."));
  }
  const auto job = found != jobs_.end()
                       ? found->second
                       : jobs_[parsed->wanted.job] = std::make_shared<JobKeeper>(host_, parsed->wanted.job);
  // Thousands of jobs retained for a new gateway come at once; one that an operator waits for comes alone.
  const Duration delay = received.retained ? stagger(parsed->definition.interval) : Duration::zero();
  job->adopt(std::move(*parsed), delay);
}

/// Revisions are microseconds since 1970.
bool Gateway::is_of_the_future(std::int64_t revision) const {
  constexpr auto kMostClockDifference = std::chrono::days{2};
  const WallTime latest = surroundings_.loop.wall() + kMostClockDifference;
  return revision > latest.time_since_epoch().count();
}

/// False when there is no room for it.
bool Gateway::keep_for_later(std::int64_t revision, const mqtt::Received& received) {
  std::size_t bytes = received.payload.size();
  for (const auto& [topic, early] : early_) bytes += early.received.payload.size();
  if (bytes > kMostEarlyBytes) return false;
  early_[received.topic] = {revision, received};
  return true;
}

void Gateway::adopt_what_is_due() {
  for (auto each = early_.begin(); each != early_.end();) {
    const auto next = std::next(each);
    if (!is_of_the_future(each->second.revision)) on_wanted(early_.extract(each).mapped().received);
    each = next;
  }
}

void Gateway::on_submit(const mqtt::Received& received) {
  if (stopping_) return;
  auto parsed = job::parse_command(received.payload);
  if (!parsed) return refuse(job_named_in(received.payload), parsed.error().text);
  if (parsed->definition) return pushes_.push(std::move(*parsed));
  pull(parsed->command.job);
}

void Gateway::on_connected() {
  if (!stopping_) heartbeat_.now();
}

void Gateway::pull(const std::string& job) {
  const auto found = jobs_.find(job);
  const Wanted local = found == jobs_.end() ? nullptr : found->second->local();
  if (!local) return tell_error(job, job::texts::not_started(job));
  surroundings_.tell_document(job::Severity::info, {job, local->wanted.version, local->definition},
                              local->wanted.request);
}

void Gateway::refuse(std::string_view job, std::string_view why) {
  log::warning(fmt::format("refused a message for job '{}': {}", job, why));
  if (!job.empty()) tell_error(job, why);
}

void Gateway::tell_error(std::string_view job, std::string_view message) {
  auto answer = job::builder_answer(job::Severity::error, job, std::nullopt, message);
  surroundings_.send({.topic = std::move(answer.topic), .payload = std::move(answer.payload)});
}

void Gateway::job_changed(const std::string& name) {
  if (stopping_) {
    all_may_have_ended();
    return;
  }
  heartbeat_.changed();
  if (const auto found = jobs_.find(name); found != jobs_.end() && found->second->gone()) jobs_.erase(found);
}

void Gateway::stop_all(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  for (const auto& [name, job] : jobs_) job->end();
  pushes_.end([this] { all_may_have_ended(); });
}

void Gateway::all_may_have_ended() {
  if (!stopped_ || host_.actors > 0 || !pushes_.none_under_way()) return;
  publish_status(offline_payload());
  local_jobs_.when_done(std::exchange(stopped_, nullptr));
}

Status Gateway::status() const {
  Status status;
  status.version = options_.program_version;
  status.polls = host_.past.polls;
  status.polls_missed = host_.past.missed;
  status.stream = surroundings_.stream.stats();
  if (options_.exporters) status.exporters = options_.exporters();
  status.at = surroundings_.loop.wall();
  for (const auto& [name, job] : jobs_) {
    if (job->runs()) status.jobs.push_back(name);
    const JobActor* actor = job->actor();
    if (actor == nullptr) continue;
    status.polls += actor->counts().polls;
    status.polls_missed += actor->counts().missed;
    if (actor->machine_lost()) ++status.machines_lost;
  }
  std::ranges::sort(status.jobs);
  return status;
}

void Gateway::beat() {
  if (stopping_) return;
  adopt_what_is_due();
  for (const auto& [name, job] : jobs_) job->save_if_it_failed();
  publish_status(online_payload(status()));
}

/// No job is to blame, so it goes where answers without a job go, and names the gateway's group.
void Gateway::watch_deliveries() {
  if (stopping_) return;
  const auto exporters = options_.exporters ? options_.exporters() : std::vector<ExporterStatus>{};
  for (const auto& [severity, text] :
       delivery_watch_.see(surroundings_.stream.stats(), exporters, surroundings_.loop.steady())) {
    severity == job::Severity::error ? log::error(text) : log::info(text);
    auto answer = job::builder_answer(severity, {}, std::nullopt, fmt::format("Gateway {}: {}", options_.group, text));
    surroundings_.send({.topic = std::move(answer.topic), .payload = std::move(answer.payload)});
    heartbeat_.changed();
  }
}

void Gateway::publish_status(std::string payload) {
  surroundings_.send({job::topics::group_status(options_.group), std::move(payload), true});
}

/// Spreads first polls over a second, evenly however many there will be: by the golden ratio's multiples, modulo one.
Duration Gateway::stagger(Duration interval) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  stagger_ = std::fmod(stagger_ + kGoldenRatio, 1.0);
  const Duration spread = std::min<Duration>(interval, 1s);
  return Duration{static_cast<Duration::rep>(stagger_ * static_cast<double>(spread.count()))};
}

}  // namespace m2c2::gateway
