// A job request and the job it defines, as plain values (guide, "Job definitions").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "job/opcda.hpp"
#include "job/slmp.hpp"

namespace m2c2::job {

enum class Control { deploy, start, stop, update, push, pull };
std::string_view to_text(Control);

using Version = std::int64_t;  ///< 1 and up

/// Where telemetry goes; unset: the protocol's default (OPC DA: the stream, SLMP: the topic).
struct Destinations {
  std::optional<bool> to_stream;  ///< send-data-to-stream-manager, send-data-to-kinesis-stream
  std::optional<bool> to_topic;   ///< send-data-to-iot-topic
  bool operator==(const Destinations&) const = default;
};

/// One entry of `properties`.
struct Property {
  std::string name;
  std::optional<Version> version;
  bool operator==(const Property&) const = default;
};

/// What a deploy or update defines.
struct Definition {
  std::string site = "not specified";
  std::string area = "not specified";
  std::string process = "not specified";
  std::string machine;
  std::chrono::milliseconds interval{1000};  ///< machine-query-time-interval
  int iterations = 1;                        ///< machine-query-iterations
  std::variant<SlmpJob, OpcdaJob> protocol = {};

  std::string_view protocol_name() const { return protocol.index() == 0 ? "slmp" : "opcda"; }
};

/// A request that passed validation.
struct Request {
  Control control = Control::deploy;
  std::vector<Property> properties;  ///< exactly one for deploy and update
  std::string group;                 ///< gg-group-id; empty: the builder's default
  Destinations destinations;
  std::optional<Definition> definition;  ///< deploy and update only
};

/// The destinations of a job, the protocol's defaults filled in.
struct Delivery {
  bool to_stream = false;
  bool to_topic = false;
};
Delivery delivery_of(const Definition&, const Destinations&);

}  // namespace m2c2::job
