// What an error of Kafka means for a message, and what the operator can do about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

namespace m2c2::exporters {

/// The brokers will never take this message, or another of the same request; or an empty queue will not.
bool is_for_ever(rd_kafka_resp_err_t);
/// "what librdkafka says; what to do", the same for as long as the trouble is the same.
std::string with_remedy(rd_kafka_resp_err_t, std::string_view reason);

}  // namespace m2c2::exporters
