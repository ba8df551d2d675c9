// Collect, send, look at each record's fate.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kinesis/kinesis_exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.hpp"
#include "exporters/kinesis/put_records.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLeastPortion = std::size_t{64} * 1024;
constexpr Duration kFirstPause = 200ms;  // a shard takes its limit anew each second
constexpr Duration kLongestPause = 1s;

/// A partition key has at most 256 characters, and one at least.
std::string partition_key(const stream::Record& record) {
  const std::string& key = record.partition_key.empty() ? record.topic : record.partition_key;
  return key.size() <= kMostPartitionKey ? key : aws::sha256_hex(key);
}

std::string with_remedy(const KinesisOptions& options, const aws::Client& client, const aws::HttpResponse& answer) {
  std::string text = aws::error_of(client.options(), answer).text;
  if (aws::refusal_of(answer).type == "ResourceNotFoundException")
    text += fmt::format("; create the data stream {} in {}, or set stream-name and [aws] region", options.stream_name,
                        client.options().region);
  return text;
}

}  // namespace

KinesisExporter::KinesisExporter(std::unique_ptr<aws::Client> client, net::Loop& loop, KinesisOptions options)
    : client_{std::move(client)},
      loop_{loop},
      options_{std::move(options)},
      pieces_{std::min(options_.record_size, kMostKinesisRecord)},
      portion_{kMostRequestBytes},
      back_off_{kFirstPause, kLongestPause},
      alarm_{loop.make_alarm()} {}

net::Task<std::vector<Outcome>> KinesisExporter::deliver(std::span<const stream::Record> records) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(records.size());
  for (const stream::Record& record : records) outcomes.push_back(take(record));
  co_return outcomes;
}

Outcome KinesisExporter::take(const stream::Record& record) {
  const std::string key = partition_key(record);
  if (record.payload.size() + 1 + key.size() > kMostKinesisRecord)
    return {Fate::rejected, fmt::format("the message has {} bytes and Kinesis takes a record up to 1 MiB: give the job "
                                        "fewer machine-query-iterations",
                                        record.payload.size())};
  if (pieces_.empty()) begun_ = loop_.steady();
  pieces_.add(key, record.payload);
  return {Fate::held, {}};
}

SteadyTime KinesisExporter::settle_due() const {
  if (pieces_.empty()) return SteadyTime::max();
  return pieces_.bytes() >= options_.flush_size ? begun_ : begun_ + options_.flush_interval;
}

net::Task<Outcome> KinesisExporter::settle() {
  Outcome outcome;
  while (outcome.fate == Fate::accepted && !pieces_.empty()) outcome = co_await send_next();
  co_return outcome;
}

/// One request; `retry` when it brought nothing in.
net::Task<Outcome> KinesisExporter::send_next() {
  const std::vector<Sent> sent = pieces_.next(kMostRecords, portion_);
  const auto answer = co_await client_->call(put_records(options_.stream_name, sent));
  if (!answer) co_return Outcome{Fate::retry, answer.error().text};
  if (!answer->is_success()) co_return Outcome{Fate::retry, with_remedy(options_, *client_, *answer)};
  const auto errors = errors_of_put_records(answer->body, sent.size());
  if (!errors)
    co_return Outcome{Fate::retry,
                      fmt::format("{}: this is no answer to PutRecords: {}; is a proxy or a portal in between?",
                                  client_->options().endpoint, foreign_text(answer->body))};
  const bool brought_none_in = std::ranges::none_of(*errors, &std::string::empty);
  const std::string error = sort_out(sent, *errors);
  if (brought_none_in) co_return Outcome{Fate::retry, fmt::format("data stream {}: {}", options_.stream_name, error)};
  if (!error.empty()) co_await pause();
  else back_off_.reset();
  co_return Outcome{};
}

/// Forgets what is in; the error of the first that is not.
std::string KinesisExporter::sort_out(std::span<const Sent> sent, std::span<const std::string> errors) {
  std::string first_error;
  std::size_t accepted_bytes = 0;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (errors[i].empty()) {
      accepted_bytes += sent[i].bytes();
      pieces_.accept(sent[i].key);
      continue;
    }
    if (first_error.empty()) first_error = errors[i];
    resent_ += sent[i].piece->messages;
  }
  portion_ = first_error.empty() ? std::min(portion_ * 2, kMostRequestBytes) : std::max(accepted_bytes, kLeastPortion);
  return first_error;
}

net::Task<> KinesisExporter::pause() {
  if (!stopped_) co_await alarm_->wait_until(loop_.steady() + back_off_.next());
}

void KinesisExporter::stop() {
  stopped_ = true;
  client_->stop();
  alarm_->cancel();
}

}  // namespace m2c2::exporters
