// A broker connection for one-shot commands.
// SPDX-License-Identifier: Apache-2.0
#include "app/console_io.hpp"

#include <fmt/format.h>

#include <iostream>

#include "base/ids.hpp"

namespace m2c2::app {
namespace {

net::Task<> finish_at(net::EventLoop& loop, std::chrono::milliseconds limit) {
  const auto alarm = loop.make_alarm();
  co_await alarm->wait_until(loop.steady() + limit);
  loop.stop();
}

}  // namespace

int tell_no_broker() {
  std::cerr << "the broker is not there: start m2c2 up, or name the broker with --broker or --config\n";
  return 2;
}

Result<std::unique_ptr<ConsoleClient>> ConsoleClient::open(const BrokerChoice& choice,
                                                           const std::vector<std::string>& filters,
                                                           OnMessage on_message, std::function<void()> on_ready) {
  auto config = load_config(choice.config_file);
  if (!config) return std::unexpected{config.error()};
  if (!choice.url.empty()) config->broker.url = choice.url;
  auto options = broker_options(*config, fmt::format("mqtt://127.0.0.1:{}", config->broker.port));
  if (!options) return std::unexpected{options.error()};
  options->client_id = "m2c2-" + new_id();
  std::unique_ptr<ConsoleClient> self{new ConsoleClient{std::move(*options)}};
  const auto call = std::make_shared<const OnMessage>(std::move(on_message));
  for (const auto& filter : filters)
    self->client_.subscribe(filter, self->loop_, [call](const mqtt::Received& received) { (*call)(received); });
  self->client_.on_connection(self->loop_, [me = self.get(), ready = std::move(on_ready)](bool connected) {
    if (connected && !std::exchange(me->ready_, true)) ready();
  });
  return self;
}

void ConsoleClient::publish(mqtt::Message message, std::function<void(std::error_code)> done) {
  client_.publish({std::move(message)}, loop_,
                  [done = std::move(done)](const mqtt::Published& fates) { done(fates[0]); });
}

bool ConsoleClient::run(std::chrono::milliseconds limit) {
  loop_.on_signal([this] { loop_.stop(); });
  if (limit.count() > 0) loop_.spawn(finish_at(loop_, limit));
  client_.start();
  loop_.run();
  client_.stop();
  return finished_;
}

void ConsoleClient::finish() {
  finished_ = true;
  loop_.stop();
}

}  // namespace m2c2::app
