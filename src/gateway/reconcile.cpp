// The controls, as decisions (guide, "Job controls").
// SPDX-License-Identifier: Apache-2.0
#include "gateway/reconcile.hpp"

#include "job/answers.hpp"

namespace m2c2::gateway {
namespace {

using job::Control;
using job::RunState;

Action action_for(const job::Wanted& wanted, const std::optional<job::Version>& running) {
  if (wanted.state == RunState::stopped) return running ? Action::stop : Action::note;
  if (!running) return Action::start;
  if (running != wanted.version) return Action::restart;
  // A stop of another version leaves this one running, and an unseen start before it may have redirected it.
  const bool runs_on = wanted.control == Control::start || wanted.control == Control::stop;
  return runs_on ? Action::redirect : Action::restart;
}

std::string answer_for(Action action, const job::ParsedWanted& parsed) {
  const job::Wanted& wanted = parsed.wanted;
  if (action == Action::stop) return std::string{job::texts::stopped};
  if (wanted.state == RunState::stopped || wanted.control == Control::stop)
    return job::texts::already_stopped(wanted.job, parsed.definition);
  if (action == Action::redirect) return job::texts::already_started(wanted.job, parsed.definition);
  return std::string{wanted.control == Control::update ? job::texts::updated : job::texts::started};
}

job::Version version_for(Action action, const job::Wanted& wanted, const std::optional<job::Version>& running) {
  if (action == Action::stop) return *running;
  if (wanted.control == Control::stop) return wanted.requested_version.value_or(wanted.version);
  return wanted.version;
}

}  // namespace

Decision reconcile(const std::optional<Local>& local, const job::ParsedWanted& parsed) {
  const job::Wanted& wanted = parsed.wanted;
  if (local && wanted.revision <= local->revision) return {};
  const auto running = local ? local->running : std::nullopt;
  const Action action = action_for(wanted, running);
  return {action, answer_for(action, parsed), version_for(action, wanted, running)};
}

}  // namespace m2c2::gateway
