// Names that users give: each becomes one topic level, and a job's name a file name too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace m2c2::job {

inline constexpr std::size_t kMostNameBytes = 128;

/// Each gives nothing when the name is fit, or what is wrong with it, e.g. "contains '/'; a name is one level of a
/// topic: leave out / + # and control characters".
std::optional<std::string> fault_in_level(std::string_view name);  ///< site, area, process, machine
std::optional<std::string> fault_in_tag(std::string_view name);    ///< a level, and not info, error, submit
std::optional<std::string> fault_in_group(std::string_view name);
/// A level and a file name, and not request, info, error.
std::optional<std::string> fault_in_job_name(std::string_view name);

/// How an OPC DA item is spelled in its topic: '.' as '-', '/' as '_' (guide, sample OPC DA data).
std::string opcda_tag_level(std::string_view item);

}  // namespace m2c2::job
