// What a job's telemetry is called outside: topics, aliases, and the members of its messages (guide, "Telemetry data").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "job/document.hpp"
#include "telemetry/batch.hpp"

namespace m2c2::job {

class TelemetryNames {
 public:
  TelemetryNames(std::string_view job, Version, const Definition&);

  /// A tag as it stands in topics.
  std::string level(std::string_view tag) const;
  std::string topic(std::string_view level) const;
  std::string alias(std::string_view level) const;
  /// `shares_level`: with another tag of the job, such as `a.b` and `a-b` of a read_list.
  telemetry::MessageShape shape(std::string_view tag, std::string_view level, bool shares_level) const;

 private:
  bool is_opcda_;
  std::string version_;
  std::string site_, area_, process_, machine_;
  std::string topic_prefix_, alias_prefix_;
};

}  // namespace m2c2::job
