// The pump: read, deliver, retry, acknowledge.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/pump.hpp"

#include <fmt/format.h>

#include <utility>

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

net::Task<> Pump::run() {
  while (!stopping_) {
    Records batch = cursor_->read(options_.batch_records, options_.batch_bytes);
    if (batch.empty()) {
      co_await wait_for_records();
    } else {
      co_await settle(std::move(batch));
      co_await let_others_in();
    }
  }
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
  co_await wake_->wait();
}

/// The loop's other tasks have their turn between batches, though the exporter may never wait.
net::Task<> Pump::let_others_in() {
  waking()();
  co_await wake_->wait();
}

net::Task<> Pump::settle(Records batch) {
  for (;;) {
    is_back_ = false;
    std::vector<Outcome> outcomes = co_await exporter_.deliver(batch);
    batch = sort_out(std::move(batch), std::move(outcomes));
    if (batch.empty()) break;
    co_await back_off();
    if (stopping_) co_return;
    stats_.retries += batch.size();
  }
  cursor_->acknowledge();
}

net::Task<> Pump::back_off() {
  const SteadyTime until = loop_.steady() + back_off_.next();
  while (!stopping_ && !is_back_ && loop_.steady() < until) co_await wake_->wait_until(until);
}

/// Counts what has its fate and gives back what has to be retried.
Pump::Records Pump::sort_out(Records batch, std::vector<Outcome> outcomes) {
  outcomes.resize(batch.size(), Outcome{Fate::retry, "the exporter did not say what became of the record"});
  Records again;
  std::string failure;
  const std::uint64_t rejected_before = stats_.rejected;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (outcomes[i].fate == Fate::accepted) {
      ++stats_.delivered;
      stats_.bytes += batch[i].payload.size();
    } else if (outcomes[i].fate == Fate::rejected) {
      reject(batch[i], outcomes[i].why, stats_.rejected == rejected_before);
    } else {
      if (again.empty()) failure = std::move(outcomes[i].why);
      again.push_back(std::move(batch[i]));
    }
  }
  if (again.size() < batch.size()) back_off_.reset();
  if (again.empty()) note_working();
  else if (!stopping_) note_failing(std::move(failure));
  return again;
}

/// One line a batch in the log: a thousand records refused for one reason do not drown the rest.
void Pump::reject(const stream::Record& record, std::string_view why, bool first_of_batch) {
  ++stats_.rejected;
  if (first_of_batch)
    log::error(fmt::format("exporter {}: rejected a message to {} ({}, {} bytes), {} since the start: {}",
                           exporter_.name(), record.topic, record.id, record.payload.size(), stats_.rejected, why));
  if (on_rejected_) on_rejected_(record, why);
}

void Pump::note_failing(std::string why) {
  if (!stats_.failing_since) {
    stats_.failing_since = loop_.wall();
    log::warning(fmt::format("exporter {}: {}; what it is due waits in the stream", exporter_.name(), why));
  }
  stats_.why = std::move(why);
}

void Pump::note_working() {
  if (stats_.failing_since) log::info(fmt::format("exporter {}: delivers again", exporter_.name()));
  stats_.failing_since.reset();
}

}  // namespace m2c2::exporters
