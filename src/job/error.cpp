// The family of the job module's error codes.
// SPDX-License-Identifier: Apache-2.0
#include "job/error.hpp"

#include "base/error_family.hpp"

namespace m2c2::job {

const char* error_family_name(JobError) { return "job"; }
std::string error_text(JobError) { return "the document is not valid"; }
std::error_code make_error_code(JobError e) { return make_family_code(e); }

}  // namespace m2c2::job
