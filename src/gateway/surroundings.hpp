// What every part of a gateway works with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "job/answers.hpp"
#include "job/document.hpp"
#include "log/log.hpp"
#include "machines/connector.hpp"
#include "mqtt/broker.hpp"
#include "net/loop.hpp"
#include "stream/stream.hpp"

namespace m2c2::gateway {

/// Makes the connector of a job's protocol, not yet open; an error says that there is none.
using ConnectorFactory = std::function<Result<std::unique_ptr<machines::Connector>>(const job::Definition&)>;

/// For whom an answer speaks; alive as long as the call.
struct Speaker {
  std::string_view job;
  job::Version version;
  const job::Definition& definition;
};

/// All of it outlives the gateway.
struct Surroundings {
  net::Loop& loop;
  stream::Stream& stream;
  std::function<void(mqtt::Message)> send;

  /// Tells the operator, on the job's info or error topic.
  void tell(job::Severity severity, const Speaker& speaker, std::string_view message,
            std::string_view reason = {}) const {
    tell_document(severity, speaker, boost::json::string{message}, reason);
  }
  /// Likewise, where the message is not a text.
  void tell_document(job::Severity severity, const Speaker& speaker, const boost::json::value& message,
                     std::string_view reason = {}) const {
    if (message.is_string()) note(severity, speaker, message.get_string(), reason);
    auto answer =
        job::connector_answer(severity, speaker.job, speaker.version, speaker.definition, loop.wall(), message, reason);
    send({.topic = std::move(answer.topic), .payload = std::move(answer.payload)});
  }

 private:
  /// For whoever reads the log the day after: the topic tells it once, to those who listen.
  static void note(job::Severity severity, const Speaker& speaker, std::string_view message, std::string_view reason) {
    std::string line = fmt::format("job {} version {}: {}", speaker.job, speaker.version, message);
    if (!message.contains(reason)) line += fmt::format(" ({})", reason);
    severity == job::Severity::error ? log::warning(line) : log::info(line);
  }
};

}  // namespace m2c2::gateway
