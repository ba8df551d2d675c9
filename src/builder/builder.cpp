// Read, decide, store, say; again when another builder was quicker.
// SPDX-License-Identifier: Apache-2.0
#include "builder/builder.hpp"

#include <fmt/format.h>

#include <ranges>
#include <utility>

#include "base/edit_distance.hpp"
#include "builder/messages.hpp"
#include "builder/status.hpp"
#include "job/json.hpp"
#include "job/names.hpp"
#include "job/topics.hpp"
#include "log/log.hpp"

namespace m2c2::builder {
namespace {

constexpr int kMostInVain = 10;

constexpr std::string_view kRetained =
    "The request is retained on the broker and was not carried out: it would come again at every connect. Clear it by "
    "publishing an empty retained message to m2c2/job/request, then send it without the retain flag.";
constexpr std::string_view kEmpty =
    "The request is empty, so nothing was done; a request that was retained on the broker is cleared, if that was "
    "meant.";

}  // namespace

void Builder::on_request(const mqtt::Received& received) {
  if (received.retained) {
    if (received.payload.empty()) return;
    ++counters_.refused;
    return send_(answer(job::Severity::error, {}, {}, kRetained));
  }
  const auto parsed = job::parse_request(received.payload);
  if (!parsed) {
    ++counters_.refused;
    if (received.payload.empty()) return send_(answer(job::Severity::error, {}, {}, kEmpty));
    const job::Refusal& refusal = parsed.error();
    return send_(answer(job::Severity::error, refusal.job_name, refusal.version, to_text(refusal.problems)));
  }
  for (const std::string& note : parsed->notes)
    log::warning(fmt::format("request for job {}: {}", parsed->request.properties.front().name, note));
  const std::string digest = digest_of(received.payload);
  for (const job::Property& property : parsed->request.properties)
    handle({.parsed = *parsed, .property = property, .digest = digest, .duplicate = received.duplicate});
}

// Every conflict is a change that another builder has made, so that somebody gets on with each; one without a change is
// no conflict, and would go on for ever.
void Builder::handle(const Asked& asked) {
  std::optional<std::int64_t> seen;
  int in_vain = 0;
  for (std::size_t conflicts = 0; conflicts < options_.most_conflicts; ++conflicts, ++counters_.conflicts) {
    const auto last = store_.head(asked.job());
    if (!last) return report_failure(asked, last.error().text);
    auto outcome = attempt(asked, *last);
    if (outcome) {
      for (mqtt::Message& message : outcome->messages) send_(std::move(message));
      return;
    }
    const Error& error = outcome.error();
    const std::int64_t revision = *last ? (*last)->revision : 0;
    in_vain = std::exchange(seen, revision) == revision ? in_vain + 1 : 0;
    if (error.code == store::StoreError::failed || in_vain >= kMostInVain) return report_failure(asked, error.text);
  }
  report_failure(asked, fmt::format("other job builders changed the job {} times meanwhile; send the request again",
                                    options_.most_conflicts));
}

Result<Builder::Outcome> Builder::attempt(const Asked& asked, const std::optional<store::JobHead>& last) {
  if (is_redelivery(asked, last)) return repeat(asked, *last);
  if (asked.defines()) return define_job(asked, last);

  const job::Version version = last ? version_meant(asked, *last) : asked.property.version.value_or(1);
  const auto meant = store_.version(asked.job(), version);
  if (!meant) return std::unexpected{meant.error()};
  if (!last || !*meant) return refuse_version(asked, not_unique(asked, version, last), last);
  const bool moves = asked.control() == job::Control::start || asked.control() == job::Control::stop;
  return moves ? start_or_stop(asked, *last, **meant) : push_or_pull(asked, *last, **meant);
}

Result<Builder::Outcome> Builder::define_job(const Asked& asked, const std::optional<store::JobHead>& last) {
  const auto decided = define(asked, last, options_.default_group, clock_.wall());
  if (!decided) return refuse_version(asked, decided.error(), last);
  const auto& [version, head] = *decided;
  auto wanted = wanted_state(head, version);
  if (!wanted) return std::unexpected{std::move(wanted).error()};
  if (auto stored = store_.add_version(version, head, last ? last->revision : 0); !stored)
    return std::unexpected{std::move(stored).error()};
  groups_[head.job] = head.group;

  Outcome outcome{.messages = {}, .revision = head.revision};
  if (asked.control() == job::Control::deploy)
    outcome.messages.push_back(answer(job::Severity::info, head.job, head.version, job::texts::deployed));
  if (last && last->group != head.group) outcome.messages.push_back(left_group(last->group, head.job));
  outcome.messages.push_back(*std::move(wanted));
  outcome.messages.push_back(control_copy(head.job, version.job_details));
  return outcome;
}

Result<Builder::Outcome> Builder::start_or_stop(const Asked& asked, const store::JobHead& last,
                                                const store::JobVersion& meant) {
  store::JobHead next;
  if (asked.control() == job::Control::start) {
    const auto own = job::parse_request(meant.job_details);
    if (!own) return refuse(asked, {to_text(own.error().problems), {}});
    next = start(asked, last, meant.version, own->request.destinations, clock_.wall());
  } else {
    next = stop(asked, last, clock_.wall());
  }
  auto wanted = next.version == meant.version ? wanted_state(next, meant) : stored_wanted_state(next);
  if (!wanted) return std::unexpected{std::move(wanted).error()};
  if (auto moved = store_.set_head(next, last.revision); !moved) return std::unexpected{std::move(moved).error()};
  return Outcome{{*std::move(wanted), control_copy(next.job, job::to_json(request_for(asked, meant.version)))},
                 next.revision};
}

Result<Builder::Outcome> Builder::push_or_pull(const Asked& asked, const store::JobHead& last,
                                               const store::JobVersion& meant) {
  auto forwarded = command(asked, last.group, meant);
  if (!forwarded) return std::unexpected{std::move(forwarded).error()};
  return Outcome{{*std::move(forwarded), control_copy(last.job, job::to_json(request_for(asked, meant.version)))}};
}

Result<Builder::Outcome> Builder::repeat(const Asked& asked, const store::JobHead& last) {
  auto wanted = stored_wanted_state(last);
  if (!wanted) return std::unexpected{std::move(wanted).error()};
  Outcome outcome{.messages = {}, .revision = last.revision};
  if (asked.control() == job::Control::deploy)
    outcome.messages.push_back(answer(job::Severity::info, last.job, last.latest, job::texts::deployed));
  outcome.messages.push_back(*std::move(wanted));
  return outcome;
}

Result<mqtt::Message> Builder::stored_wanted_state(const store::JobHead& head) {
  const auto version = store_.version(head.job, head.version);
  if (!version) return std::unexpected{version.error()};
  if (*version) return wanted_state(head, **version);
  return fail(
      store::StoreError::failed,
      fmt::format("version {} of job {} is wanted but not stored; deploy the job again", head.version, head.job));
}

Builder::Outcome Builder::refuse(const Asked& asked, const Refused& refused) {
  ++counters_.refused;
  return {
      .messages = {answer(job::Severity::error, asked.job(), asked.property.version, refused.text, refused.reason)}};
}

Builder::Outcome Builder::refuse_version(const Asked& asked, Refused refused,
                                         const std::optional<store::JobHead>& last) {
  const bool alone = asked.parsed.request.properties.size() == 1;  // thousands would take long to compare
  const auto meant =
      !last && alone && !refused.reason.empty() ? likely_meant(asked.job(), std::views::keys(groups_)) : std::nullopt;
  if (meant) refused.reason += fmt::format("; did you mean {}?", *meant);
  return refuse(asked, refused);
}

void Builder::report_failure(const Asked& asked, std::string_view reason) {
  ++counters_.store_failures;
  log::error(fmt::format("job {}: {} not carried out: {}", asked.job(), to_text(asked.control()), reason));
  send_(answer(job::Severity::error, asked.job(), asked.property.version,
               fmt::format("Unable to query database table jobs. Reason: {}", reason)));
}

void Builder::on_status(const mqtt::Received& received) {
  const auto group = job::topics::group_in_status_topic(received.topic);
  if (!group || job::fault_in_group(*group) || received.payload.empty()) return;
  const auto jobs = jobs_in_status(received.payload);
  if (!jobs) {
    ++counters_.bad_statuses;
    return log::warning(fmt::format("status of group {} ignored: {}", *group, jobs.error()));
  }
  for (const std::string& job : *jobs) {
    const auto known = groups_.find(job);
    if (known != groups_.end() && known->second == *group) continue;  // else thousands are read, again every minute
    const auto head = store_.head(job);
    if (!head) return log::error(head.error().text);
    if (!*head) continue;
    groups_[job] = (*head)->group;
    if ((*head)->group != *group) send_(left_group(*group, job));
  }
}

void Builder::republish() {
  const auto heads = store_.heads();
  if (!heads) return log::error(heads.error().text);
  for (const store::JobHead& head : *heads) {
    groups_[head.job] = head.group;
    say_wanted(head);
  }
}

void Builder::say_wanted(const store::JobHead& head) {
  auto wanted = stored_wanted_state(head);
  if (!wanted) return log::error(wanted.error().text);
  send_(*std::move(wanted));
}

// Two builders may store in one order and speak in the other; what the broker retains must be the last that was stored.
void Builder::on_wanted(const mqtt::Received& received) {
  const auto about = job::topics::in_group_job_topic(received.topic);
  const auto said = job::parse_wanted(received.payload);
  if (!about || !said || said->wanted.job != about->job) return;
  std::int64_t& highest = highest_said_[std::string{about->job}];
  if (said->wanted.revision >= highest) {
    highest = said->wanted.revision;
    groups_[said->wanted.job] = about->group;
    return;
  }
  const auto head = store_.head(about->job);
  if (head && *head && (*head)->revision > said->wanted.revision) say_wanted(**head);
}

}  // namespace m2c2::builder
