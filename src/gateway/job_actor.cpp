// One task a job: connect, poll, and when the machine is lost begin again.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/job_actor.hpp"

#include <fmt/format.h>

#include <utility>

#include "gateway/poll_grid.hpp"

namespace m2c2::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRetry = 1s;
constexpr Duration kLastRetry = 30s;
/// A machine that answers for less than this between two losses is retried ever more slowly.
constexpr Duration kSteady = 30s;

}  // namespace

JobActor::JobActor(const Surroundings& surroundings, std::shared_ptr<const job::ParsedWanted> job,
                   std::unique_ptr<machines::Connector> connector, std::function<void()> ended)
    : surroundings_{surroundings},
      job_{std::move(job)},
      connector_{std::move(connector)},
      ended_{std::move(ended)},
      alarm_{surroundings.loop.make_alarm()},
      outlet_{surroundings.loop, surroundings.stream, job_} {}

void JobActor::start(Duration delay) { surroundings_.loop.spawn(run(shared_from_this(), delay)); }

void JobActor::stop() {
  if (std::exchange(stopping_, true)) return;
  alarm_->cancel();
  if (connector_) connector_->close();
}

void JobActor::abandon() {
  abandoned_ = true;
  stopping_ = true;
  alarm_->cancel();
  if (connector_) connector_->close();  // again, where the actor says goodbye already
}

net::Task<> JobActor::run(std::shared_ptr<JobActor> self, Duration delay) {
  if (delay > Duration::zero() && !self->stopping_)
    co_await self->alarm_->wait_until(self->surroundings_.loop.steady() + delay);
  while (!self->stopping_) {
    const Error why = co_await self->session();
    if (self->abandoned_) break;
    self->outlet_.flush();
    if (self->stopping_) break;
    self->connector_->close();
    self->machine_is_lost(why);
    co_await self->alarm_->wait_until(self->surroundings_.loop.steady() + self->wait_before_retry());
  }
  if (!self->abandoned_) co_await self->connector_->leave();
  self->connector_.reset();  // the machine's port is free before anyone hears of the end
  if (!self->abandoned_) self->ended_();
}

/// From the connection to its end; gives what ended it, which means nothing once the actor is stopping.
net::Task<Error> JobActor::session() {
  if (auto opened = co_await connector_->open(); !opened) co_return std::move(opened).error();
  if (stopping_) co_return Error{};
  open_outlet();
  const net::Loop& loop = surroundings_.loop;
  for (PollGrid grid{loop.steady(), job_->definition.interval}; !stopping_;) {
    auto samples = co_await connector_->read();
    if (!samples) co_return std::move(samples).error();
    if (abandoned_) break;
    take(*samples);
    counts_.missed += grid.advance(loop.steady());
    if (!stopping_) co_await alarm_->wait_until(grid.next());
  }
  co_return Error{};
}

void JobActor::open_outlet() {
  tags_ = connector_->tags().size();
  outlet_.open(connector_->tags());
}

void JobActor::take(const telemetry::Samples& samples) {
  if (connector_->tags().size() != tags_) open_outlet();
  ++counts_.polls;
  outlet_.add(samples);
  machine_answers();
  tell_faults(faults_.see(samples.faults, surroundings_.loop.steady()));
}

void JobActor::machine_answers() {
  if (!answers_since_) answers_since_ = surroundings_.loop.steady();
  ever_answered_ = true;
  if (std::exchange(lost_, false)) tell(job::Severity::info, job::texts::machine_back(job_->definition));
}

void JobActor::machine_is_lost(const Error& why) {
  if (std::exchange(lost_, true)) return;
  const job::Definition& definition = job_->definition;
  const std::string text = ever_answered_ ? job::texts::machine_lost(definition, why.text)
                                          : std::string{job::texts::machine_unreachable(definition)};
  tell(job::Severity::error, text, why.text);
}

Duration JobActor::wait_before_retry() {
  const auto answered_since = std::exchange(answers_since_, std::nullopt);
  const bool was_steady = answered_since && surroundings_.loop.steady() - *answered_since >= kSteady;
  if (!back_off_ || was_steady) back_off_.emplace(kFirstRetry, kLastRetry);
  return back_off_->next();
}

void JobActor::tell_faults(const FaultNews& news) {
  for (const auto& fault : news.appeared)
    tell(job::Severity::error, fmt::format("Unable to read {}.", fault.subject), fault.why);
  if (news.more_appeared > 0)
    tell(job::Severity::error, fmt::format("Unable to read {} more.", news.more_appeared),
         "they are not told one by one; what those before have in common is a likely cause");
  for (const auto& subject : news.gone) tell(job::Severity::info, fmt::format("{} is read again.", subject));
  if (news.more_gone > 0) tell(job::Severity::info, fmt::format("{} more are read again.", news.more_gone));
}

void JobActor::tell(job::Severity severity, std::string_view message, std::string_view reason) const {
  surroundings_.tell(severity, {job_->wanted.job, job_->wanted.version, job_->definition}, message, reason);
}

}  // namespace m2c2::gateway
