// A table of errors and remedies.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace m2c2::exporters {
namespace {

struct Remedy {
  rd_kafka_resp_err_t error;
  std::string_view text;
};

constexpr std::string_view kReachable =
    "check that a broker runs at `brokers` and that each broker's advertised.listeners can be reached from here";
constexpr std::string_view kTopic = "create the topic, or correct `topic`";
constexpr std::string_view kCredentials = "check sasl.mechanism, sasl.username and sasl.password";
constexpr std::string_view kLarge =
    "raise the topic's max.message.bytes and the property message.max.bytes, or let fewer machine-query-iterations go "
    "into a message";
constexpr std::string_view kInSync = "bring brokers back until the topic's min.insync.replicas are in sync";
constexpr std::string_view kRecord =
    "compare the topic's settings (cleanup.policy, message.timestamp.type, message.timestamp.difference.max.ms) with "
    "the message";

constexpr std::array kRemedies{
    Remedy{RD_KAFKA_RESP_ERR__TRANSPORT, kReachable},
    Remedy{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, kReachable},
    Remedy{RD_KAFKA_RESP_ERR__TIMED_OUT, kReachable},
    Remedy{RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, kReachable},
    Remedy{RD_KAFKA_RESP_ERR__RESOLVE, "correct the host name in `brokers`, or let its DNS name resolve here"},
    Remedy{
        RD_KAFKA_RESP_ERR__SSL,
        "check that the port speaks TLS, that ssl.ca.location holds the CA that signed the brokers' certificate, and "
        "that the certificate names the host in `brokers`"},
    Remedy{RD_KAFKA_RESP_ERR__AUTHENTICATION, kCredentials},
    Remedy{RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, kCredentials},
    Remedy{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, kTopic},
    Remedy{RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, kTopic},
    Remedy{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, kTopic},
    Remedy{RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, kTopic},
    Remedy{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "let this user write to (or read from) the topic, by an ACL"},
    Remedy{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "let this user read with that group, by an ACL"},
    Remedy{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
           "let this user write idempotently (ACL IdempotentWrite on the cluster)"},
    Remedy{RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "another member has the same group.instance.id: give each its own"},
    Remedy{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, kLarge},
    Remedy{RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, kLarge},
    Remedy{RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, kLarge},
    Remedy{RD_KAFKA_RESP_ERR__QUEUE_FULL,
           "it is larger than the producer's whole queue: raise the property queue.buffering.max.kbytes"},
    Remedy{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, kInSync},
    Remedy{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, kInSync},
    Remedy{RD_KAFKA_RESP_ERR_INVALID_RECORD, kRecord},
    Remedy{RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, kRecord},
};

/// librdkafka ends a reason with how long it took and how often it came, so that no two are the same:
/// " (after 10010ms in state CONNECT, 3 identical error(s) suppressed)".
std::string_view without_counts(std::string_view reason) {
  const std::size_t counts = reason.rfind(" (after ");
  if (counts == reason.npos || !reason.substr(counts).contains("ms in state ")) return reason;
  return reason.substr(0, counts);
}

}  // namespace

bool is_for_ever(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return true;
    default:
      return false;
  }
}

std::string with_remedy(rd_kafka_resp_err_t error, std::string_view reason) {
  reason = without_counts(reason);
  const auto* const remedy = std::ranges::find(kRemedies, error, &Remedy::error);
  return remedy == kRemedies.end() ? std::string{reason} : fmt::format("{}; {}", reason, remedy->text);
}

}  // namespace m2c2::exporters
