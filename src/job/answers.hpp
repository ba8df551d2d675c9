// What operators are told: the payloads and the guide's texts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "job/document.hpp"

namespace m2c2::job {

enum class Severity { info, error };

/// One message to the operator, ready to publish.
struct Answer {
  std::string topic;
  std::string payload;
};

/// From the builder: {"job-name", "version", "message"} on m2c2/job/<job>/info|error, or on m2c2/job/info|error when
/// the job's name is empty. `reason` (optional, ours) tells what was found and what to do about it.
Answer builder_answer(Severity, std::string_view job, std::optional<Version>, std::string_view message,
                      std::string_view reason = {});

/// From a machine's connector. SLMP: {"_id_", "_timestamp_", "version", "message"}; OPC DA: with site-name, area,
/// process and machine-name before the message. `reason` likewise.
Answer connector_answer(Severity, std::string_view job, Version, const Definition&, WallTime now,
                        const boost::json::value& message, std::string_view reason = {});
Answer connector_answer(Severity severity, std::string_view job, Version version, const Definition& definition,
                        WallTime now, const std::convertible_to<std::string_view> auto& message,
                        std::string_view reason = {}) {
  const boost::json::value text(boost::json::string(std::string_view{message}));
  return connector_answer(severity, job, version, definition, now, text, reason);
}

namespace texts {
inline constexpr std::string_view deployed =
    "Job successfully created. Deploying the Greengrass group to the edge device.";
inline constexpr std::string_view started = "Job started.";
inline constexpr std::string_view stopped = "Job stopped.";
inline constexpr std::string_view updated = "Job updated.";
std::string already_started(std::string_view job, const Definition&);
std::string already_stopped(std::string_view job, const Definition&);
std::string not_started(std::string_view job);  ///< pull of a job that never ran
std::string unique_entry(std::string_view job, std::string_view version);
std::string_view machine_unreachable(const Definition&);  ///< "Fail to connect to server."
std::string push_failed(const Definition&, std::string_view why);
std::string machine_lost(const Definition&, std::string_view why = {});  ///< "Loss of communication with server."
std::string_view machine_back(const Definition&);  ///< ours: "Communication with server restored."
}  // namespace texts

}  // namespace m2c2::job
