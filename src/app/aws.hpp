// What the configuration says of AWS, as its clients want it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "aws/client.hpp"

namespace m2c2::app {

aws::IotCredentials iot_credentials(const Config::Aws&);
aws::Environment process_environment();

/// With a call, beyond which it has failed; who calls tries again.
struct AwsPatience {
  int attempts = 2;
  Duration answer_within = std::chrono::minutes{2};  ///< each
};
/// A client of "kinesis" or "s3"; `endpoint` empty: the region's own.
std::unique_ptr<aws::Client> make_aws_client(const Config::Aws&, net::Loop&, std::string service, std::string endpoint,
                                             AwsPatience patience = {});

}  // namespace m2c2::app
