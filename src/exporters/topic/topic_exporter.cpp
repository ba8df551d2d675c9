// Publishing in portions: a few on their way, the next as soon as window and rate allow.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/topic/topic_exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace m2c2::exporters {
namespace {

const char* const kAway = "broker not connected";
const char* const kBarred =
    "the broker ended the connection over each of the last messages to this topic, so this one was not sent; let its "
    "policy allow the topic. One is tried every ten minutes";

/// Half a window, so that the line is not idle while the other half is acknowledged; at a rate, a tenth of a second's
/// worth, since a broker that counts messages a second may drop what comes in a burst.
std::size_t portion_for(const TopicOptions& options) {
  const std::size_t half = std::max<std::size_t>(options.window / 2, 1);
  return options.publish_rate == 0 ? half : std::clamp<std::size_t>(options.publish_rate / 10, 1, half);
}

Outcome outcome_for(std::error_code error) {
  if (!error) return {};
  if (error == mqtt::MqttError::not_connected || error == mqtt::MqttError::lost) return {Fate::retry, kAway};
  if (error == mqtt::MqttError::too_large || error == mqtt::MqttError::refused)
    return {Fate::rejected, error.message()};
  return {Fate::retry, error.message()};
}

Outcome guilty(const stream::Record& record) {
  return {
      Fate::rejected,
      fmt::format("the connection was lost each time this message was sent, at last with it alone on its way; check "
                  "that the broker's policy lets this client publish to its topic, that the topic's {} slashes are "
                  "not too many (AWS IoT Core takes 7), and that its {} bytes are not (AWS IoT Core takes 128 KiB)",
                  std::ranges::count(record.topic, '/'), record.payload.size())};
}

}  // namespace

/// One call of deliver(), shared with the callbacks of the broker: one that comes after a stop still finds it.
struct TopicExporter::Delivery {
  explicit Delivery(std::size_t records) : outcomes(records, Outcome{Fate::retry, "stopping"}) {}

  /// The fates of the `count` messages from `first` on are known.
  void settle(std::size_t first, std::size_t count, const mqtt::Published& fates) {
    in_flight -= count;
    for (std::size_t i = 0; i < std::min(count, fates.size()); ++i) {
      if (fates[i] == mqtt::MqttError::lost) first_lost = std::min(first_lost, first + i);
      outcomes[first + i] = outcome_for(fates[i]);
      if (outcomes[first + i].fate == Fate::retry && broken.empty()) broken = outcomes[first + i].why;
    }
  }

  std::vector<Outcome> outcomes;
  std::size_t in_flight = 0;
  std::size_t first_lost = outcomes.size();  ///< sent, and the connection broke
  std::string broken;                        ///< why a message has to be retried, once one has
};

TopicExporter::TopicExporter(mqtt::Broker& broker, net::Loop& home, TopicOptions options)
    : broker_{broker},
      home_{home},
      options_{options},
      portion_{portion_for(options)},
      next_publish_{home.steady()},
      changed_{std::make_shared<net::Event>(home)} {
  broker_.on_connection(home_, [this, alive = std::weak_ptr{changed_}](bool connected) {
    const auto event = alive.lock();
    if (!event) return;
    connected_since_ = connected ? std::optional{home_.steady()} : std::nullopt;
    event->set();
    if (connected && back_) back_();
  });
}

void TopicExporter::stop() {
  give_up_at_ = home_.steady() + options_.grace;
  changed_->set();
}

net::Task<std::vector<Outcome>> TopicExporter::deliver(std::span<const stream::Record> records) {
  const auto is_barred = [&](const stream::Record& record) { return suspicion_.bars(record.topic, home_.steady()); };
  if (!suspicion_.bars_any() || std::ranges::none_of(records, is_barred)) co_return co_await send(records);
  std::vector<Outcome> outcomes;
  std::vector<stream::Record> others;
  for (const stream::Record& record : records) {
    const bool barred = is_barred(record);
    outcomes.push_back(barred ? Outcome{Fate::rejected, kBarred} : Outcome{});
    if (!barred) others.push_back(record);
  }
  if (others.empty()) co_return outcomes;
  std::vector<Outcome> of_others = co_await send(others);
  auto next = of_others.begin();
  for (Outcome& outcome : outcomes)
    if (outcome.fate != Fate::rejected) outcome = std::move(*next++);
  co_return outcomes;
}

net::Task<std::vector<Outcome>> TopicExporter::send(std::span<const stream::Record> records) {
  const auto delivery = std::make_shared<Delivery>(records.size());
  const bool alone = suspicion_.falls_on(records.front());
  std::size_t sent = alone ? co_await send_suspect(delivery, records) : 0;
  while (sent < records.size()) {
    const std::size_t count = std::min(records.size() - sent, portion_);
    if (!co_await turn_comes(*delivery, count)) break;
    publish(delivery, sent, records.subspan(sent, count));
    sent += count;
  }
  co_await answers_come(*delivery);
  if (!delivery->broken.empty())
    std::fill(delivery->outcomes.begin() + static_cast<std::ptrdiff_t>(sent), delivery->outcomes.end(),
              Outcome{Fate::retry, delivery->broken});
  judge(*delivery, records, alone);
  co_return delivery->outcomes;
}

/// How many were sent: the first, with its fate known, or none.
net::Task<std::size_t> TopicExporter::send_suspect(const std::shared_ptr<Delivery>& delivery,
                                                   std::span<const stream::Record> records) {
  if (!connected_since_) {
    delivery->broken = kAway;
  } else if (!co_await stands_quiet()) {
    suspicion_.clear();  // the connection ends without it too
    delivery->broken = kAway;
  }
  if (!co_await turn_comes(*delivery, 1)) co_return 0;
  publish(delivery, 0, records.first(1));
  co_await answers_come(*delivery);
  co_return 1;
}

/// Whether the connection does well while nothing is sent on it.
net::Task<bool> TopicExporter::stands_quiet() {
  while (!stopping() && connected_since_ && home_.steady() < *connected_since_ + options_.quiet)
    co_await changed_->wait_until(*connected_since_ + options_.quiet);
  co_return connected_since_.has_value();
}

/// What the delivery tells about messages that end the connection.
void TopicExporter::judge(Delivery& delivery, std::span<const stream::Record> records, bool alone) {
  for (std::size_t i = 0; i < records.size(); ++i)
    if (delivery.outcomes[i].fate == Fate::accepted) suspicion_.acknowledged(records[i]);
  const auto first = static_cast<std::size_t>(std::ranges::find(delivery.outcomes, Fate::retry, &Outcome::fate) -
                                              delivery.outcomes.begin());
  if (first == records.size() || first != delivery.first_lost) return;
  if (!alone || first > 0) suspicion_.lost_with(records[first]);
  else if (suspicion_.lost_alone_with(records[first], home_.steady()))
    delivery.outcomes[first] = guilty(records[first]);
}

/// False when nothing more of this delivery is to be sent.
net::Task<bool> TopicExporter::turn_comes(const Delivery& delivery, std::size_t messages) {
  while (!stopping() && delivery.broken.empty()) {
    if (delivery.in_flight + messages > options_.window) co_await changed_->wait();
    else if (home_.steady() < next_publish_) co_await changed_->wait_until(next_publish_);
    else co_return true;
  }
  co_return false;
}

net::Task<> TopicExporter::answers_come(const Delivery& delivery) {
  while (delivery.in_flight > 0 && home_.steady() < give_up_at_) co_await changed_->wait_until(give_up_at_);
}

void TopicExporter::publish(const std::shared_ptr<Delivery>& delivery, std::size_t first,
                            std::span<const stream::Record> records) {
  const std::size_t count = records.size();
  delivery->in_flight += count;
  if (options_.publish_rate > 0)
    next_publish_ = home_.steady() + std::chrono::nanoseconds{std::chrono::seconds{count}} / options_.publish_rate;
  std::vector<mqtt::Message> messages;
  messages.reserve(count);
  for (const stream::Record& record : records) messages.push_back({record.topic, record.payload, false});
  broker_.publish(std::move(messages), home_,
                  [delivery, first, count, changed = std::weak_ptr{changed_}](const mqtt::Published& fates) {
                    delivery->settle(first, count, fates);
                    if (const auto event = changed.lock()) event->set();
                  });
}

}  // namespace m2c2::exporters
