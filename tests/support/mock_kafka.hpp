// A Kafka cluster in this process, by librdkafka: real ports on loopback, brokers that go and come, errors on demand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace m2c2::test {

struct KafkaMessage {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string value;
};

inline rd_kafka_t* make_kafka(rd_kafka_type_t type,
                              const std::vector<std::pair<std::string, std::string>>& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> why{};
  for (const auto& [name, value] : properties)
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      throw std::runtime_error{why.data()};
  rd_kafka_conf_set_log_cb(conf, nullptr);
  rd_kafka_t* client = rd_kafka_new(type, conf, why.data(), why.size());
  if (!client) throw std::runtime_error{why.data()};
  return client;
}

class MockKafka {
 public:
  static constexpr std::int16_t kProduce = 0;
  static constexpr std::int16_t kOffsetCommit = 8;
  static constexpr std::int16_t kInitProducerId = 22;

  explicit MockKafka(int brokers = 3)
      : client_{make_kafka(RD_KAFKA_PRODUCER, {{"client.id", "mock"}})},
        cluster_{rd_kafka_mock_cluster_new(client_, brokers)} {}
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void make_topic(const std::string& topic, int partitions) {
    const auto error = rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_err2str(error)};
  }
  void refuse_topic(const std::string& topic, rd_kafka_resp_err_t error) {
    rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), error);
  }
  /// -1: all of them.
  void down(int broker) { rd_kafka_mock_broker_set_down(cluster_, broker); }
  void up(int broker) { rd_kafka_mock_broker_set_up(cluster_, broker); }
  void slow(int milliseconds) { rd_kafka_mock_broker_set_rtt(cluster_, -1, milliseconds); }
  void lead(const std::string& topic, int partition, int broker) {
    rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker);
  }
  /// The next requests of that kind are refused so, one after the other.
  void fail(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }
  void fail_no_more(std::int16_t request) { rd_kafka_mock_clear_request_errors(cluster_, request); }

  /// Messages `first` … `first + count - 1`, each its number in JSON, to the partitions in turn.
  void produce(const std::string& topic, int partitions, int first, int count) const {
    rd_kafka_t* writer = make_kafka(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers()}});
    rd_kafka_topic_t* to = rd_kafka_topic_new(writer, topic.c_str(), nullptr);
    for (int i = first; i < first + count; ++i) {
      std::string value = "{\"number\":\n" + std::to_string(i) + "}";
      rd_kafka_produce(to, i % partitions, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0, nullptr);
    }
    if (rd_kafka_flush(writer, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{"not all was produced"};
    rd_kafka_topic_destroy(to);
    rd_kafka_destroy(writer);
  }

  /// All that the topic holds, by a client that is not the one tested; of each partition in its order.
  std::vector<KafkaMessage> read_all(const std::string& topic, int partitions) const {
    rd_kafka_t* reader = make_kafka(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers()},
                                                        {"group.id", "reader"},
                                                        {"enable.partition.eof", "true"},
                                                        {"fetch.wait.max.ms", "10"}});
    rd_kafka_poll_set_consumer(reader);
    rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; ++i)
      rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(reader, all);
    rd_kafka_topic_partition_list_destroy(all);
    std::vector<KafkaMessage> messages;
    for (int ends = 0; ends < partitions;) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(reader, 60'000);
      if (!message) break;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ends;
      else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        messages.push_back({message->partition,
                            message->offset,
                            {static_cast<const char*>(message->key), message->key_len},
                            {static_cast<const char*>(message->payload), message->len}});
      rd_kafka_message_destroy(message);
    }
    rd_kafka_destroy_flags(reader, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return messages;
  }

 private:
  rd_kafka_t* client_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace m2c2::test
