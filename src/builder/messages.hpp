// What the builder publishes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "builder/asked.hpp"
#include "job/answers.hpp"
#include "mqtt/broker.hpp"
#include "store/job_store.hpp"

namespace m2c2::builder {

mqtt::Message answer(job::Severity, std::string_view job, std::optional<job::Version>, std::string_view text,
                     std::string_view reason = {});

/// The wanted state of a job, retained for its group. Fails when the stored request is no JSON object.
Result<mqtt::Message> wanted_state(const store::JobHead&, const store::JobVersion& wanted);

/// Tells the gateways of a group that the job has left them; nothing stays retained.
mqtt::Message left_group(std::string_view group, std::string_view job);

/// Push and pull, once, to whoever is there. Fails like wanted_state.
Result<mqtt::Message> command(const Asked&, std::string_view group, const store::JobVersion&);

/// For whoever watches m2c2/job/<job>/submit.
mqtt::Message control_copy(std::string_view job, std::string request);

}  // namespace m2c2::builder
