// Decisions into deeds, in order: the old version has closed before the new one opens.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/job_keeper.hpp"

#include <fmt/format.h>

#include <utility>

#include "log/log.hpp"

namespace m2c2::gateway {

JobKeeper::~JobKeeper() {
  if (actor_) actor_->abandon();
}

void JobKeeper::restore(job::ParsedWanted parsed, Duration delay) {
  local_ = std::make_shared<const job::ParsedWanted>(std::move(parsed));
  if (local_->wanted.state != job::RunState::running) return;
  if (const auto begun = begin(delay); !begun)
    tell(job::Severity::error, {local_, local_->wanted.version, begun.error().text});
  settle();
}

void JobKeeper::adopt(job::ParsedWanted parsed, Duration delay) {
  const Decision decision = reconcile(as_local(), parsed);
  if (decision.action == Action::ignore) return;
  remember(std::move(parsed), decision.action);
  if (const auto done = carry_out(decision.action, delay)) {
    answers_.push_back({local_, decision.version, decision.answer});
  } else {
    tell(job::Severity::error, {local_, local_->wanted.version, done.error().text});
  }
  settle();
}

void JobKeeper::leave() {
  if (!local_) return;
  if (runs()) answers_.push_back({local_, local_->wanted.version, std::string{job::texts::stopped}});
  local_.reset();
  log::warning(fmt::format("job {} does not belong to this group any more: it stops and its file is removed", name_));
  host_.local_jobs.remove(name_, [name = name_](const Result<>& removed) {
    if (!removed) log::error(fmt::format("job {} has left the group; its file stays: {}", name, removed.error().text));
  });
  end();
  settle();
}

void JobKeeper::end() {
  next_.reset();
  if (actor_) actor_->stop();
}

JobActor* JobKeeper::wanted_actor() const {
  if (next_) return next_.get();
  return actor_ && !actor_->stopping() ? actor_.get() : nullptr;
}

std::optional<Local> JobKeeper::as_local() const {
  if (!local_) return std::nullopt;
  return Local{local_->wanted.revision, runs() ? std::optional{local_->wanted.version} : std::nullopt};
}

/// Of what changes nothing here only the revision is kept: the version, request and destinations are those that run, or
/// ran last.
void JobKeeper::remember(job::ParsedWanted parsed, Action action) {
  if (action == Action::note && local_) {
    auto kept = *local_;
    kept.wanted.revision = parsed.wanted.revision;
    kept.wanted.state = runs() ? job::RunState::running : job::RunState::stopped;
    parsed = std::move(kept);
  } else {
    parsed.wanted.request = job::with_last_update(std::move(parsed.wanted.request), host_.surroundings.loop.wall());
  }
  local_ = std::make_shared<const job::ParsedWanted>(std::move(parsed));
  save();
}

Result<> JobKeeper::carry_out(Action action, Duration delay) {
  switch (action) {
    case Action::ignore:
    case Action::note:
      break;
    case Action::redirect:
      wanted_actor()->deliver_to(job::delivery_of(local_->definition, local_->wanted.destinations));
      break;
    case Action::start:
    case Action::restart:
      return begin(delay);
    case Action::stop:
      end();
      break;
  }
  return {};
}

/// Makes the next actor; what runs now ends first, even where there is no connector for what follows.
Result<> JobKeeper::begin(Duration delay) {
  end();
  auto connector = host_.make_connector(local_->definition);
  if (!connector) return std::unexpected{std::move(connector).error()};
  delay_ = delay;
  next_ = std::make_shared<JobActor>(host_.surroundings, local_, std::move(*connector), [this] { actor_ended(); });
  return {};
}

/// Takes the job as far as it can go now; the rest follows when its actor has ended. Called last: the host may drop us.
void JobKeeper::settle() {
  if (actor_ && actor_->stopping()) return;
  if (next_) {
    ++host_.actors;
    actor_ = std::exchange(next_, nullptr);
    actor_->start(delay_);
  }
  for (const auto& answer : std::exchange(answers_, {})) tell(job::Severity::info, answer);
  host_.changed(name_);
}

void JobKeeper::actor_ended() {
  host_.past.polls += actor_->counts().polls;
  host_.past.missed += actor_->counts().missed;
  --host_.actors;
  actor_.reset();
  settle();
}

void JobKeeper::save() {
  host_.local_jobs.save(local_, [keeper = weak_from_this()](const Result<>& result) {
    if (const auto alive = keeper.lock()) alive->saved(result);
  });
}

void JobKeeper::saved(const Result<>& result) {
  const bool failed_before = std::exchange(file_fails_, !result);
  if (result || failed_before || !local_) return;
  log::error(fmt::format("job {} could not be saved: {}", name_, result.error().text));
  tell(job::Severity::error,
       {local_, local_->wanted.version, "The gateway could not save the job; it goes on without, and tries again."},
       result.error().text);
}

void JobKeeper::save_if_it_failed() {
  if (file_fails_ && local_) save();
}

void JobKeeper::tell(job::Severity severity, const Answer& answer, std::string_view reason) const {
  host_.surroundings.tell(severity, {name_, answer.version, answer.about->definition}, answer.text, reason);
}

}  // namespace m2c2::gateway
