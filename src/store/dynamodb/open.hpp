// Opens a job store in DynamoDB.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "aws/credentials.hpp"
#include "base/time.hpp"
#include "store/job_store.hpp"

namespace m2c2::store {

struct DynamoOptions {
  std::string table;          ///< of `dynamodb:<table>`; key: jobid (S, HASH) and version (N, RANGE)
  std::string region;         ///< "eu-central-1"
  std::string endpoint = {};  ///< "http://127.0.0.1:8000"; empty: DynamoDB's own in that region
  std::string ca_file = {};   ///< of an endpoint with TLS; empty: the system's certificates
  aws::IotCredentials credentials = {};
  aws::Environment environment = {};  ///< for credentials without a certificate
  /// A call of DynamoDB is over by then, whatever happens, the credentials for it and every attempt and back-off
  /// included: other requests wait behind it.
  Duration call_within = std::chrono::seconds{30};
  int attempts = 5;  ///< of a request, while DynamoDB is throttled or away
  Duration answer_within = std::chrono::seconds{5};
  Duration first_back_off = std::chrono::milliseconds{300};  ///< of four, each twice the last
  /// A call that found DynamoDB away is the answer to those that come within this time too: nobody waits for them all.
  Duration pause = std::chrono::seconds{5};
};

/// Asks nothing of DynamoDB yet: it may be away when a builder starts. Fails when the table or the region is not named
/// as AWS names them. The table is not made: what it costs and who may read it is for its owner to say.
Result<std::unique_ptr<JobStore>> open_dynamodb_store(const DynamoOptions&);

}  // namespace m2c2::store
