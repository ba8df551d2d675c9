// What an operator says of Kafka: where the brokers are, the topic, and properties of librdkafka by their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace m2c2::exporters {

/// Names and values as librdkafka has them: sasl.username, ssl.ca.location, linger.ms, compression.type, …
using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

struct KafkaOptions {
  std::string name = "kafka";  ///< of the exporter and its cursor
  std::string brokers;         ///< host:port to ask for the others first; several with commas
  std::string topic;           ///< that all records go to; the key chooses the partition
  KafkaProperties properties = {};
  Duration patience = std::chrono::seconds{10};     ///< without any acknowledgement before a delivery counts as failed
  Duration grace = std::chrono::milliseconds{500};  ///< what a stop leaves the brokers to acknowledge what is sent
};

struct KafkaConsumerOptions {
  std::string brokers;
  std::string topic;
  std::string group;  ///< whose members share the topic's partitions
  KafkaProperties properties = {};
};

/// Whether a client can be made of them, without any broker. An error names the key or property and the remedy, and
/// never the value of a secret.
Result<> check_kafka_options(const KafkaOptions&);
Result<> check_kafka_options(const KafkaConsumerOptions&);

/// Those of a producer that a consumer of the same brokers has, too: TLS, SASL and the like.
KafkaProperties shared_properties(const KafkaProperties&);
/// How long a member may be silent until its partitions are others'.
Result<Duration> session_timeout(const KafkaConsumerOptions&);

}  // namespace m2c2::exporters
