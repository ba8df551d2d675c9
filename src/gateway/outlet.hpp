// Where a job's samples leave the gateway: batched into messages, messages into records of the stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/telemetry_names.hpp"
#include "job/wanted.hpp"
#include "net/loop.hpp"
#include "stream/stream.hpp"
#include "telemetry/batch.hpp"

namespace m2c2::gateway {

class Outlet {
 public:
  Outlet(const Clock&, stream::Stream&, std::shared_ptr<const job::ParsedWanted>);

  /// The tags that samples are of from now on, as Sample::tag counts them. Sends first what is there of the old ones.
  void open(const std::vector<std::string>& tags);
  /// Takes one iteration in; after as many as the job says (machine-query-iterations) sends them.
  void add(const telemetry::Samples&);
  /// Sends what is there.
  void flush();
  /// From the next message on.
  void deliver_to(job::Delivery delivery) { delivery_ = delivery; }

 private:
  stream::Record record(telemetry::Message) const;

  const Clock& clock_;
  stream::Stream& stream_;
  std::shared_ptr<const job::ParsedWanted> job_;
  job::Delivery delivery_;
  job::TelemetryNames names_;
  std::vector<std::string> levels_;  // each tag as it stands in a topic
  std::optional<telemetry::Batch> batch_;
  int iterations_ = 0;  // in the batch
};

}  // namespace m2c2::gateway
