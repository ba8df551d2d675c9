// Why a document of the builder is refused by a gateway.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

namespace m2c2::job {

enum class JobError {
  invalid = 1,  ///< not JSON, or something is missing or wrong in it; the text says what
};
const char* error_family_name(JobError);
std::string error_text(JobError);
std::error_code make_error_code(JobError);

}  // namespace m2c2::job

template <>
struct std::is_error_code_enum<m2c2::job::JobError> : std::true_type {};
