// A broker that a test plays: it collects what is published, answers at once or when told, and can be away.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mqtt/broker.hpp"

namespace m2c2::test {

/// MQTT's matching: `+` is any one level, `#` is all that follow.
inline bool topic_matches(std::string_view filter, std::string_view topic) {
  for (;;) {
    if (filter == "#") return true;
    const std::size_t filter_end = filter.find('/');
    const std::size_t topic_end = topic.find('/');
    const std::string_view level = filter.substr(0, filter_end);
    if (level != "+" && level != topic.substr(0, topic_end)) return false;
    if (filter_end == filter.npos || topic_end == topic.npos) return filter_end == topic_end;
    filter.remove_prefix(filter_end + 1);
    topic.remove_prefix(topic_end + 1);
  }
}

/// Begins away, as a real one does; keeps retained messages, and hands what is published on to those who subscribed.
/// All calls on the test's thread; what the program is told comes through its own loops.
class FakeBroker final : public mqtt::Broker {
 public:
  enum class Answers { at_once, when_told };
  struct Batch {
    std::vector<mqtt::Message> messages;
    net::Loop* home = nullptr;
    std::function<void(mqtt::Published)> done;
  };

  explicit FakeBroker(Answers answers = Answers::at_once) : answers_{answers} {}

  // The program's side.
  void publish(std::vector<mqtt::Message> messages, net::Loop& home,
               std::function<void(mqtt::Published)> done) override {
    ++publishes;
    Batch batch{std::move(messages), &home, std::move(done)};
    if (!connected_) return fail(std::move(batch), mqtt::MqttError::not_connected);
    waiting.push_back(std::move(batch));
    if (answers_ == Answers::at_once) acknowledge();
  }

  void subscribe(std::string filter, net::Loop& home, std::function<void(mqtt::Received)> on_message) override {
    subscriptions_.push_back({std::move(filter), &home, std::move(on_message)});
  }

  void on_connection(net::Loop& home, std::function<void(bool connected)> changed) override {
    listeners_.push_back({&home, std::move(changed)});
  }

  // The test's side.
  void connect() {
    tell_listeners(true);
    for (const auto& [topic, payload] : retained)
      for (const Subscription& subscription : subscriptions_) hand_over(subscription, {topic, payload, true});
  }

  /// What is not answered is lost, and all that is published until connect() fails.
  void disconnect() {
    tell_listeners(false);
    for (Batch& batch : std::exchange(waiting, {})) fail(std::move(batch), mqtt::MqttError::lost);
  }

  /// Decides the fates of the oldest batch that is not answered: those without an error have arrived.
  void answer(mqtt::Published fates) {
    Batch batch = std::move(waiting.front());
    waiting.pop_front();
    for (std::size_t i = 0; i < batch.messages.size(); ++i)
      if (!fates.at(i)) arrive(batch.messages[i]);
    tell(batch, std::move(fates));
  }

  /// All of the oldest batch has arrived, save what `fate_of` refuses.
  void acknowledge() {
    mqtt::Published fates;
    for (const mqtt::Message& message : waiting.front().messages)
      fates.push_back(fate_of ? fate_of(message) : std::error_code{});
    answer(std::move(fates));
  }

  /// Another client publishes.
  void deliver(std::string topic, std::string payload, bool retain = false) {
    arrive({std::move(topic), std::move(payload), retain});
  }

  std::vector<mqtt::Message> arrived;           ///< in the order of arrival
  std::map<std::string, std::string> retained;  ///< by topic
  std::deque<Batch> waiting;                    ///< not answered, oldest first
  std::size_t publishes = 0;                    ///< calls of publish()
  std::function<std::error_code(const mqtt::Message&)> fate_of;

 private:
  struct Subscription {
    std::string filter;
    net::Loop* home;
    std::function<void(mqtt::Received)> on_message;
  };
  struct Listener {
    net::Loop* home;
    std::function<void(bool connected)> changed;
  };

  void arrive(const mqtt::Message& message) {
    arrived.push_back(message);
    if (message.retain && message.payload.empty()) retained.erase(message.topic);
    else if (message.retain) retained[message.topic] = message.payload;
    const mqtt::Message live{message.topic, message.payload, false};
    for (const Subscription& subscription : subscriptions_) hand_over(subscription, live);
  }

  static void hand_over(const Subscription& to, const mqtt::Message& message) {
    if (!topic_matches(to.filter, message.topic)) return;
    to.home->post([call = to.on_message, received = mqtt::Received{message.topic, message.payload, message.retain,
                                                                   false}] { call(received); });
  }

  static void fail(Batch batch, mqtt::MqttError why) {
    tell(batch, mqtt::Published(batch.messages.size(), mqtt::make_error_code(why)));
  }

  static void tell(Batch& batch, mqtt::Published fates) {
    batch.home->post([done = std::move(batch.done), fates = std::move(fates)] { done(fates); });
  }

  void tell_listeners(bool connected) {
    connected_ = connected;
    for (const Listener& listener : listeners_)
      listener.home->post([changed = listener.changed, connected] { changed(connected); });
  }

  Answers answers_;
  bool connected_ = false;
  std::vector<Subscription> subscriptions_;
  std::vector<Listener> listeners_;
};

}  // namespace m2c2::test
