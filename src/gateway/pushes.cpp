// Probes of machines, each under a watch of its own.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/pushes.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/transport.hpp"

namespace m2c2::gateway {
namespace {

constexpr Duration kMore = std::chrono::seconds{1};

Speaker speaker_of(const job::ParsedCommand& push) {
  return {push.command.job, push.command.version.value_or(0), *push.definition};
}

}  // namespace

/// Held by its two tasks, so it outlives both; `owner` is cleared when it is gone.
struct Pushes::Probe {
  Pushes* owner;
  job::ParsedCommand push;
  std::unique_ptr<machines::Connector> connector;
  std::unique_ptr<net::Alarm> alarm;
  Duration time;  ///< that it has
  SteadyTime deadline;
  bool over = false;
  bool timed_out = false;
};

Pushes::Pushes(const Surroundings& surroundings, ConnectorFactory make_connector, Limits limits)
    : surroundings_{surroundings}, make_connector_{std::move(make_connector)}, limits_{limits} {}

void Pushes::push(job::ParsedCommand push) {
  if (under_way_.size() < limits_.at_once) return begin(std::move(push));
  if (waiting_.size() < limits_.waiting) return waiting_.push_back(std::move(push));
  const std::string why = fmt::format("{} push requests wait already: try again in a minute", waiting_.size());
  surroundings_.tell(job::Severity::error, speaker_of(push), job::texts::push_failed(*push.definition, why), why);
}

void Pushes::begin(job::ParsedCommand push) {
  auto connector = make_connector_(*push.definition);
  if (!connector) {
    surroundings_.tell(job::Severity::error, speaker_of(push), connector.error().text);
    return;
  }
  // A second more, so that the connector's own words win.
  const Duration time = std::max(limits_.time, std::min((*connector)->patience() + kMore, limits_.longest));
  auto probe = std::make_shared<Probe>(this, std::move(push), std::move(*connector), surroundings_.loop.make_alarm(),
                                       time, surroundings_.loop.steady() + time);
  under_way_.insert(probe);
  surroundings_.loop.spawn(run(probe));
  surroundings_.loop.spawn(watch(probe));
}

net::Task<> Pushes::run(std::shared_ptr<Probe> probe) {
  if (probe->owner == nullptr) co_return;
  Result<machines::Probed> answer = fail(net::NetError::cancelled);
  if (!probe->over) answer = co_await probe->connector->probe();
  probe->over = true;
  probe->alarm->cancel();
  if (probe->owner != nullptr) co_await probe->connector->leave();
  probe->connector.reset();
  if (probe->owner != nullptr) probe->owner->ended(probe, answer);
}

net::Task<> Pushes::watch(std::shared_ptr<Probe> probe) {
  if (probe->over || !co_await probe->alarm->wait_until(probe->deadline)) co_return;
  if (probe->over) co_return;
  probe->timed_out = true;
  probe->connector->close();
}

void Pushes::ended(const std::shared_ptr<Probe>& probe, const Result<machines::Probed>& result) {
  under_way_.erase(probe);
  if (ended_) {
    if (under_way_.empty()) ended_();
    return;
  }
  answer(*probe, result);
  while (!waiting_.empty() && under_way_.size() < limits_.at_once) {
    job::ParsedCommand next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(next));
  }
}

void Pushes::answer(const Probe& probe, const Result<machines::Probed>& result) {
  const Speaker speaker = speaker_of(probe.push);
  if (result) {
    surroundings_.tell(job::Severity::info, speaker, result->text, result->reason);
  } else {
    const std::string why = probe.timed_out ? fmt::format(
                                                  "no answer within {}: check that the machine is on and "
                                                  "reachable from this gateway",
                                                  std::chrono::round<std::chrono::seconds>(probe.time))
                                            : result.error().text;
    surroundings_.tell(job::Severity::error, speaker, job::texts::push_failed(speaker.definition, why), why);
  }
}

void Pushes::end(std::function<void()> then) {
  ended_ = std::move(then);
  waiting_.clear();
  if (under_way_.empty()) return ended_();
  for (const auto& probe : under_way_) {
    if (std::exchange(probe->over, true)) continue;  // it says goodbye already
    probe->alarm->cancel();
    probe->connector->close();
  }
}

Pushes::~Pushes() {
  for (const auto& probe : under_way_) {
    probe->owner = nullptr;
    probe->over = true;
    probe->alarm->cancel();
    probe->connector->close();
  }
}

}  // namespace m2c2::gateway
