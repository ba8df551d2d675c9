// The guide's topics and aliases, and its messages but for their entries.
// SPDX-License-Identifier: Apache-2.0
#include "job/telemetry_names.hpp"

#include <fmt/format.h>

#include <vector>

#include "job/names.hpp"
#include "job/topics.hpp"

namespace m2c2::job {

TelemetryNames::TelemetryNames(std::string_view job, Version version, const Definition& at)
    : is_opcda_{std::holds_alternative<OpcdaJob>(at.protocol)},
      version_{std::to_string(version)},
      site_{at.site},
      area_{at.area},
      process_{at.process},
      machine_{at.machine},
      topic_prefix_{topics::machine_prefix(job, at)},
      alias_prefix_{is_opcda_ ? fmt::format("{}/{}/{}/{}", at.site, at.area, at.process, at.machine) : topic_prefix_} {}

std::string TelemetryNames::level(std::string_view tag) const {
  return is_opcda_ ? opcda_tag_level(tag) : std::string{tag};
}

std::string TelemetryNames::topic(std::string_view level) const { return fmt::format("{}/{}", topic_prefix_, level); }

std::string TelemetryNames::alias(std::string_view level) const { return fmt::format("{}/{}", alias_prefix_, level); }

telemetry::MessageShape TelemetryNames::shape(std::string_view tag, std::string_view level, bool shares_level) const {
  if (!is_opcda_) return {{{"version", version_}, {"tag", level}}, "message"};
  const std::string name = alias(level);
  std::vector<telemetry::MessageShape::Member> members{
      {"version", version_},      {"site-name", site_}, {"area", area_}, {"process", process_},
      {"machine-name", machine_}, {"tag", level},       {"alias", name}};
  if (shares_level) members.push_back({"item", tag});
  return {members, "messages", name};
}

}  // namespace m2c2::job
