// The Kafka exporter: each record a message of one topic, the key its alias, by an idempotent producer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "exporters/exporter.hpp"
#include "exporters/kafka/kafka_options.hpp"
#include "net/loop.hpp"

namespace m2c2::exporters {

/// Connects in the background; brokers that are away are no error. What is wrong with the options is. The loop outlives
/// the exporter.
///
/// Order and duplicates: a record that is handed to the producer stays there, however long the brokers are away, and a
/// retry of it waits for the same message. So each is written once and in its order for as long as the producer lives;
/// a fatal error or a restart may write again what was written and not acknowledged, in the same order.
Result<std::unique_ptr<Exporter>> make_kafka_exporter(KafkaOptions, net::Loop& loop);

}  // namespace m2c2::exporters
