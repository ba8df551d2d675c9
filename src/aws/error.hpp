// What keeps a call of an AWS service from going through.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

namespace m2c2::aws {

enum class AwsError {
  unreachable = 1,  ///< no connection, or it was cut; whether the request was carried out is not known
  timed_out,        ///< no answer in time; likewise
  throttled,        ///< too much at once
  unavailable,      ///< 5xx
  no_credentials,   ///< none could be had
  denied,           ///< the credentials or their policy do not allow it
  refused,          ///< any other 4xx
  unreadable,       ///< an answer that is not what the service gives
  stopped,          ///< by stop()
};
const char* error_family_name(AwsError);
std::string error_text(AwsError);
std::error_code make_error_code(AwsError);

}  // namespace m2c2::aws

template <>
struct std::is_error_code_enum<m2c2::aws::AwsError> : std::true_type {};
