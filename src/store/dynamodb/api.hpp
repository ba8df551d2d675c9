// One call of DynamoDB's low-level API, waited for: what the store needs of the world.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/result.hpp"

namespace m2c2::store::dynamodb {

enum class ApiError {
  condition_failed = 1,  ///< the item is not as the request demands: as it was, or as an earlier try of it left it
  failed,                ///< any other; a change that was asked for may have been made all the same
};
const char* error_family_name(ApiError);
std::string error_text(ApiError);
std::error_code make_error_code(ApiError);

class Api {
 public:
  virtual ~Api() = default;
  /// "GetItem" and its body; the answer's body. May try several times, so that a change may meet itself.
  virtual Result<boost::json::object> call(std::string_view operation, const boost::json::object& body) = 0;
  /// Ends a call that another thread waits for, and all that come later, with an error.
  virtual void stop() = 0;
};

}  // namespace m2c2::store::dynamodb

template <>
struct std::is_error_code_enum<m2c2::store::dynamodb::ApiError> : std::true_type {};
