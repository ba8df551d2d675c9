// The outbox keeps what the broker has not acknowledged, in order, and no more than it may.
// SPDX-License-Identifier: Apache-2.0
#include "mqtt/outbox.hpp"

#include <gmock/gmock.h>

#include "net/virtual_loop.hpp"

namespace m2c2::mqtt {
namespace {

using testing::ElementsAre;

/// A broker that a test plays by hand.
class PlayedBroker final : public Broker {
 public:
  void publish(std::vector<Message> batch, net::Loop&, std::function<void(Published)> done) override {
    batch_.clear();
    for (const auto& message : batch) batch_.push_back(message.payload);
    done_ = std::move(done);
  }
  void subscribe(std::string, net::Loop&, std::function<void(Received)>) override {}
  void on_connection(net::Loop&, std::function<void(bool)> changed) override { changed_ = std::move(changed); }

  std::vector<std::string> batch_;
  std::function<void(Published)> done_;
  std::function<void(bool)> changed_;
};

class OutboxTest : public testing::Test {
 protected:
  void send(std::initializer_list<const char*> payloads) {
    for (const char* payload : payloads) outbox_.send({"t", payload, false});
  }

  net::VirtualLoop loop_;
  PlayedBroker broker_;
  Outbox outbox_{broker_, loop_, {.messages = 4, .bytes = 1000, .in_flight = 2}};
};

TEST_F(OutboxTest, SendsInOrderWithinItsWindow) {
  send({"1", "2", "3"});
  EXPECT_THAT(broker_.batch_, ElementsAre("1"));
  broker_.done_({{}});
  EXPECT_THAT(broker_.batch_, ElementsAre("2", "3"));
  broker_.done_({{}, {}});
  EXPECT_EQ(outbox_.waiting(), 0u);
}

TEST_F(OutboxTest, WhatWasNotAcknowledgedIsSentAgainFirstWhenTheBrokerIsBack) {
  send({"1", "2", "3"});
  broker_.done_({{}});
  broker_.done_({{}, MqttError::lost});
  EXPECT_EQ(outbox_.waiting(), 1u);
  send({"4"});
  broker_.done_({MqttError::not_connected, MqttError::not_connected});
  broker_.changed_(true);
  EXPECT_THAT(broker_.batch_, ElementsAre("3", "4"));
}

TEST_F(OutboxTest, AMessageThatNoBrokerTakesDoesNotHoldUpTheOthers) {
  send({"1", "2"});
  broker_.done_({MqttError::refused});
  EXPECT_THAT(broker_.batch_, ElementsAre("2"));
}

TEST_F(OutboxTest, DropsTheOldestBeyondItsBoundAndCounts) {
  send({"1", "2", "3", "4", "5", "6", "7"});
  EXPECT_EQ(outbox_.dropped(), 2u);
  broker_.done_({{}});
  EXPECT_THAT(broker_.batch_, ElementsAre("4", "5"));
}

}  // namespace
}  // namespace m2c2::mqtt
