// From [aws] to a client.
// SPDX-License-Identifier: Apache-2.0
#include "app/aws.hpp"

#include <cstdlib>
#include <optional>
#include <utility>

namespace m2c2::app {

aws::IotCredentials iot_credentials(const Config::Aws& config) {
  return {.endpoint = config.credentials_endpoint,
          .role_alias = config.role_alias,
          .thing_name = config.thing_name,
          .tls = {.ca_file = config.ca_file, .cert_file = config.cert_file, .key_file = config.key_file}};
}

aws::Environment process_environment() {
  return [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value && *value ? std::optional<std::string>{value} : std::nullopt;  // compose files set empty ones
  };
}

std::unique_ptr<aws::Client> make_aws_client(const Config::Aws& config, net::Loop& loop, std::string service,
                                             std::string endpoint, AwsPatience patience) {
  return std::make_unique<aws::Client>(aws::make_http(), loop, iot_credentials(config), process_environment(),
                                       aws::ServiceOptions{.service = std::move(service),
                                                           .region = config.region,
                                                           .endpoint = std::move(endpoint),
                                                           .ca_file = config.ca_file,
                                                           .attempts = patience.attempts,
                                                           .answer_within = patience.answer_within});
}

}  // namespace m2c2::app
