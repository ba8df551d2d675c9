// A client of librdkafka that is served on a loop of ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "exporters/kafka/kafka_options.hpp"
#include "exporters/kafka/kafka_resolver.hpp"
#include "net/loop.hpp"

namespace m2c2::exporters {

struct ConfFree {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, ConfFree>;

Result<KafkaConf> producer_conf(const KafkaOptions&);
Result<KafkaConf> consumer_conf(const KafkaConsumerOptions&);

/// What librdkafka tells while it is polled, on the loop of who polls.
class KafkaListener {
 public:
  virtual ~KafkaListener() = default;
  virtual void on_error(rd_kafka_resp_err_t, std::string_view reason) = 0;
  virtual void on_delivery(const rd_kafka_message_t&) {}
  virtual void on_rebalance(rd_kafka_resp_err_t, const rd_kafka_topic_partition_list_t&) {}
};

/// Lines of librdkafka's log, each kind once a minute: a broker that is away for a day fills no disk.
class KafkaLog {
 public:
  explicit KafkaLog(std::string name) : name_{std::move(name)} {}
  void write(SteadyTime now, int level, std::string_view kind, std::string_view line);

 private:
  std::string name_;
  std::map<std::string, SteadyTime, std::less<>> last_;
};

class KafkaClient {
 public:
  /// `ready` is called on the loop when there is something to poll. Listener and loop outlive the client.
  static Result<std::unique_ptr<KafkaClient>> make(rd_kafka_type_t, KafkaConf, std::string name, KafkaListener&,
                                                   net::Loop&, std::function<void()> ready);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return client_; }
  /// A queue of its own for answers, which is watched too.
  rd_kafka_queue_t* make_queue();

 private:
  KafkaClient(std::string name, KafkaListener& listener, net::Loop& loop, std::function<void()> ready);

  void set_callbacks(rd_kafka_type_t, rd_kafka_conf_t*);
  void watch(rd_kafka_queue_t*);
  static KafkaClient& of(void* opaque) { return *static_cast<KafkaClient*>(opaque); }

  KafkaListener& listener_;
  net::Loop& loop_;
  KafkaLog log_;
  KafkaResolver resolver_;
  std::shared_ptr<std::function<void()>> ready_;  ///< watched by calls that were posted and come late
  rd_kafka_t* client_ = nullptr;
  std::vector<rd_kafka_queue_t*> queues_;
};

}  // namespace m2c2::exporters
