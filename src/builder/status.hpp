// The jobs that a gateway says it has: the payload of m2c2/group/<group>/status, as far as the builder reads it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace m2c2::builder {

inline constexpr std::size_t kMostStatusBytes = 4'194'304;
inline constexpr std::size_t kMostStatusJobs = 20'000;

/// The names in "jobs", each fit for a topic; none when there is no such member. Or a sentence that says what is wrong.
/// Never throws, for any payload.
std::expected<std::vector<std::string>, std::string> jobs_in_status(std::string_view payload);

}  // namespace m2c2::builder
