// The family of AWS errors.
// SPDX-License-Identifier: Apache-2.0
#include "aws/error.hpp"

#include "base/error_family.hpp"

namespace m2c2::aws {

const char* error_family_name(AwsError) { return "aws"; }

std::string error_text(AwsError error) {
  switch (error) {
    case AwsError::unreachable:
      return "the service cannot be reached";
    case AwsError::timed_out:
      return "the service did not answer in time";
    case AwsError::throttled:
      return "the service is asked too much at once";
    case AwsError::unavailable:
      return "the service is not available";
    case AwsError::no_credentials:
      return "there are no credentials";
    case AwsError::denied:
      return "the service denies it";
    case AwsError::refused:
      return "the service refuses it";
    case AwsError::unreadable:
      return "the answer cannot be read";
    case AwsError::stopped:
      return "stopped";
  }
  return "unknown AWS error";
}

std::error_code make_error_code(AwsError error) { return make_family_code(error); }

}  // namespace m2c2::aws
