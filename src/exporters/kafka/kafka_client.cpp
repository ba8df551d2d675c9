// Callbacks of librdkafka, all but two from within a poll. Its threads post to the loop, and ask for addresses.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_client.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "exporters/kafka/kafka_reasons.hpp"
#include "log/log.hpp"

namespace m2c2::exporters {
namespace {

constexpr Duration kQuiet = std::chrono::minutes{1};
constexpr int kWarning = 4;  // of syslog
constexpr int kNotice = 5;

/// Who listens tells failures itself, once; and that a property of ours is experimental we know.
bool is_of_no_news(std::string_view kind, std::string_view line) {
  return kind == "FAIL" || kind == "ERROR" || kind == "FATAL" || line.contains("enable.gapless.guarantee");
}

}  // namespace

void KafkaLog::write(SteadyTime now, int level, std::string_view kind, std::string_view line) {
  if (line.starts_with("[thrd:")) line.remove_prefix(std::min(line.find("]: ") + 3, line.size()));
  const std::string text = fmt::format("{}: librdkafka: {} {}", name_, kind, line);
  if (level > kNotice || is_of_no_news(kind, line)) return log::debug(text);
  const auto last = last_.find(kind);
  if (last != last_.end() && now < last->second + kQuiet) return log::debug(text);
  last_.insert_or_assign(std::string{kind}, now);
  if (level <= kWarning) log::warning(text);
  else log::info(text);
}

KafkaClient::KafkaClient(std::string name, KafkaListener& listener, net::Loop& loop, std::function<void()> ready)
    : listener_{listener},
      loop_{loop},
      log_{std::move(name)},
      ready_{std::make_shared<std::function<void()>>(std::move(ready))} {}

Result<std::unique_ptr<KafkaClient>> KafkaClient::make(rd_kafka_type_t type, KafkaConf conf, std::string name,
                                                       KafkaListener& listener, net::Loop& loop,
                                                       std::function<void()> ready) {
  std::unique_ptr<KafkaClient> made{new KafkaClient{std::move(name), listener, loop, std::move(ready)}};
  made->set_callbacks(type, conf.get());
  std::array<char, 512> why{};
  made->client_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (!made->client_)
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("librdkafka makes no client: {}; correct the property", why.data()));
  [[maybe_unused]] auto* const taken = conf.release();  // by the client
  rd_kafka_set_log_queue(made->client_, nullptr);
  if (type == RD_KAFKA_CONSUMER) rd_kafka_poll_set_consumer(made->client_);
  made->watch(type == RD_KAFKA_CONSUMER ? rd_kafka_queue_get_consumer(made->client_)
                                        : rd_kafka_queue_get_main(made->client_));
  return made;
}

KafkaClient::~KafkaClient() {
  if (!client_) return;
  for (rd_kafka_queue_t* const queue : queues_) {
    rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr);
    rd_kafka_queue_destroy(queue);
  }
  resolver_.stop();
  rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void KafkaClient::set_callbacks(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* reason, void* opaque) {
    of(opaque).listener_.on_error(static_cast<rd_kafka_resp_err_t>(error), reason);
  });
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t* client, int level, const char* kind, const char* line) {
    auto& self = of(rd_kafka_opaque(client));
    self.log_.write(self.loop_.steady(), level, kind, line);
  });
  rd_kafka_conf_set_resolve_cb(
      conf, [](const char* host, const char* service, const addrinfo* hints, addrinfo** result, void* opaque) {
        if (!host) {  // asked to free what we gave
          freeaddrinfo(*result);
          return 0;
        }
        Addrinfo found;
        const int status = of(opaque).resolver_.resolve(host, service, *hints, found);
        *result = found.release();
        return status;
      });
  if (type == RD_KAFKA_PRODUCER)
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
      of(opaque).listener_.on_delivery(*message);
    });
  if (type == RD_KAFKA_CONSUMER)
    rd_kafka_conf_set_rebalance_cb(
        conf, [](rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* opaque) {
          of(opaque).listener_.on_rebalance(what, *partitions);
        });
}

rd_kafka_queue_t* KafkaClient::make_queue() {
  watch(rd_kafka_queue_new(client_));
  return queues_.back();
}

/// librdkafka calls from a thread of its own when the queue was empty and is no more.
void KafkaClient::watch(rd_kafka_queue_t* queue) {
  queues_.push_back(queue);
  const auto post = [](rd_kafka_t*, void* opaque) {
    auto& self = of(opaque);
    self.loop_.post([weak = std::weak_ptr{self.ready_}] {
      if (const auto ready = weak.lock()) (*ready)();
    });
  };
  rd_kafka_queue_cb_event_enable(queue, post, this);
  post(client_, this);  // for what came before
}

}  // namespace m2c2::exporters
