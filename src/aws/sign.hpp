// Signature Version 4 of a request (AWS IAM user guide, "Create a signed AWS API request").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/http.hpp"
#include "base/time.hpp"

namespace m2c2::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token = {};  ///< of temporary ones
  bool operator==(const Credentials&) const = default;
};

struct Scope {
  std::string region;
  std::string service;
};

/// Adds host, x-amz-date, x-amz-security-token, for s3 x-amz-content-sha256, and authorization. Signs every header
/// that is there. A path of s3 is signed as it is; those of other services are normalised and encoded once more.
void sign(HttpRequest&, const Credentials&, const Scope&, WallTime);

/// Everything but A-Z a-z 0-9 - . _ ~ in per cent; `/` too unless it is kept.
std::string uri_encoded(std::string_view text, bool keep_slash = false);

std::string sha256_hex(std::string_view bytes);
std::string sha256_base64(std::string_view bytes);

}  // namespace m2c2::aws
