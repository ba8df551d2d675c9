// The pump: read, deliver, retry, settle, acknowledge.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/pump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.hpp"
#include "log/log.hpp"

namespace m2c2::exporters {

Pump::Pump(stream::Stream& stream, Exporter& exporter, net::Loop& loop, PumpOptions options, OnRejected on_rejected)
    : exporter_{exporter},
      loop_{loop},
      options_{options},
      on_rejected_{std::move(on_rejected)},
      back_off_{options.first_back_off, options.longest_back_off, options.jitter_seed},
      wake_{std::make_shared<net::Event>(loop)},
      cursor_{stream.open_cursor(exporter.name(), exporter.destination())} {
  exporter_.on_back([this, wake = std::weak_ptr{wake_}] {
    if (wake.expired()) return;
    is_back_ = true;
    wake_->set();
  });
}

void Pump::stop() {
  stopping_ = true;
  exporter_.stop();
  wake_->set();
}

PumpStats Pump::stats() const {
  const std::lock_guard lock{mutex_};
  return shown_;
}

void Pump::show() {
  const std::lock_guard lock{mutex_};
  shown_ = stats_;
  shown_.retries += exporter_.resent();
}

net::Task<> Pump::run() {
  bool done = true;  // with all that was read
  while (!stopping_) {
    Records batch;
    if (stats_.held > 0 && loop_.steady() >= exporter_.settle_due()) {
      co_await settle_until_accepted();
    } else if (batch = cursor_->read(options_.batch_records, options_.batch_bytes); batch.empty()) {
      co_await wait_for_records();
    } else {
      done = co_await deliver(std::move(batch));
      if (done && stats_.held == 0) cursor_->acknowledge();
      co_await let_others_in();
    }
  }
  // An acknowledgement covers all that was read, so a batch that is not done keeps what is held unacknowledged too.
  if (done && stats_.held > 0) co_await settle();
}

std::function<void()> Pump::waking() {
  return [&loop = loop_, wake = std::weak_ptr{wake_}] {
    loop.post([wake] {
      if (const auto event = wake.lock()) event->set();
    });
  };
}

net::Task<> Pump::wait_for_records() {
  cursor_->when_available(waking());
  co_await wake_->wait_until(stats_.held > 0 ? exporter_.settle_due() : SteadyTime::max());
}

/// The loop's other tasks have their turn between batches, though the exporter may never wait.
net::Task<> Pump::let_others_in() {
  waking()();
  co_await wake_->wait();
}

/// Whether every record has its fate; false when stopped before.
net::Task<bool> Pump::deliver(Records batch) {
  std::vector<Rejection> rejected;  // and not buried yet: the exporter is not asked about them again
  for (;;) {
    Failure failure;
    is_back_ = false;
    if (!batch.empty()) {
      std::vector<Outcome> outcomes = co_await exporter_.deliver(batch);
      batch = sort_out(std::move(batch), std::move(outcomes), rejected, failure);
    }
    bury(rejected, failure);
    note(std::move(failure));
    if (batch.empty() && rejected.empty()) co_return true;
    co_await back_off();
    if (stopping_) co_return false;
    stats_.retries += batch.size();
  }
}

/// One attempt; acknowledges what the destination has then.
net::Task<bool> Pump::settle() {
  is_back_ = false;
  Outcome outcome = co_await exporter_.settle();
  const bool accepted = outcome.fate == Fate::accepted;
  if (accepted) {
    cursor_->acknowledge();
    stats_.delivered += std::exchange(stats_.held, 0);
    stats_.bytes += std::exchange(stats_.held_bytes, 0);
    back_off_.reset();
  }
  note(accepted ? Failure{} : std::move(outcome.why));
  co_return accepted;
}

net::Task<> Pump::settle_until_accepted() {
  while (!stopping_ && !co_await settle()) co_await back_off();
}

net::Task<> Pump::back_off() {
  const SteadyTime until = loop_.steady() + back_off_.next();
  while (!stopping_ && !is_back_ && loop_.steady() < until) co_await wake_->wait_until(until);
}

/// Counts what has its fate and gives back what has to be retried.
Pump::Records Pump::sort_out(Records batch, std::vector<Outcome> outcomes, std::vector<Rejection>& rejected,
                             Failure& failure) {
  outcomes.resize(batch.size(), Outcome{Fate::retry, "the exporter did not say what became of the record"});
  Records again;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::size_t bytes = batch[i].payload.size();
    if (outcomes[i].fate == Fate::accepted) {
      ++stats_.delivered;
      stats_.bytes += bytes;
    } else if (outcomes[i].fate == Fate::held) {
      ++stats_.held;
      stats_.held_bytes += bytes;
    } else if (outcomes[i].fate == Fate::rejected) {
      rejected.push_back({std::move(batch[i]), std::move(outcomes[i].why)});
    } else {
      if (again.empty()) failure = std::move(outcomes[i].why);
      again.push_back(std::move(batch[i]));
    }
  }
  if (again.size() < batch.size()) back_off_.reset();
  return again;
}

/// Leaves in `rejected` what cannot be kept as dead letters now: the failure that only the operator can end, and so the
/// one to tell of.
void Pump::bury(std::vector<Rejection>& rejected, Failure& failure) {
  if (rejected.empty()) return;
  auto kept = on_rejected_ ? on_rejected_(rejected) : Result<>{};
  stats_.cannot_bury = !kept;
  if (!kept) {
    failure = std::move(kept.error().text);
    return;
  }
  stats_.rejected += rejected.size();
  log_rejected(rejected);
  rejected.clear();
}

/// One line a batch: a thousand records refused for one reason do not drown the rest.
void Pump::log_rejected(std::span<const Rejection> rejected) const {
  const auto& [record, why] = rejected.front();
  log::error(fmt::format("exporter {}: rejected a message to {} ({}, {} bytes), {} since the start: {}",
                         exporter_.name(), record.topic, record.id, record.payload.size(), stats_.rejected, why));
}

/// An attempt has ended.
void Pump::note(Failure failure) {
  if (!failure) note_working();
  else if (!stopping_) note_failing(*failure);
  show();
}

/// The reason goes into a line of the log and into the status, which a broker may limit: IoT Core takes 128 KB.
void Pump::note_failing(std::string_view said) {
  constexpr std::size_t kMostReason = 1000;
  std::string why = foreign_text(said, kMostReason);
  if (!stats_.failing_since) stats_.failing_since = loop_.wall();
  if (is_news(why))
    log::warning(fmt::format("exporter {}: {}; what it is due waits in the stream", exporter_.name(), why));
  stats_.why = std::move(why);
}

/// Reasons that take turns are logged once each, and not at every attempt.
bool Pump::is_news(const std::string& why) {
  constexpr std::size_t kMostLogged = 8;
  if (std::ranges::find(logged_, why) != logged_.end()) return false;
  logged_.push_back(why);
  if (logged_.size() > kMostLogged) logged_.pop_front();
  return true;
}

void Pump::note_working() {
  if (stats_.failing_since) log::info(fmt::format("exporter {}: delivers again", exporter_.name()));
  stats_.failing_since.reset();
  logged_.clear();
}

}  // namespace m2c2::exporters
