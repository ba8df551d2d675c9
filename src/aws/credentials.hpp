// Where credentials come from: a gateway's certificate, the environment, the role of a container or an instance.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/http.hpp"
#include "aws/sign.hpp"

namespace m2c2::aws {

class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  /// Those that are valid now, by the deadline. An error says which source was asked and what to do; another
  /// try is for the caller.
  virtual net::Task<Result<Credentials>> get(SteadyTime deadline) = 0;
  /// The service said that these are no longer valid: get() fetches others, where there are any.
  virtual void discard(const Credentials& used) = 0;
};

/// The IoT credentials provider: exchanges the certificate of a thing for the credentials of a role.
struct IotCredentials {
  std::string endpoint;  ///< host, or https://host:port
  std::string role_alias;
  std::string thing_name;  ///< may be empty
  TlsIdentity tls;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The certificate's where an endpoint is given; else of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
/// AWS_SESSION_TOKEN; else of AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI; else of the instance (IMDSv2). What
/// is fetched, which takes 15 s at most, is kept until five minutes before its end. `http` and the loop outlive the
/// source; all calls on the loop.
std::unique_ptr<CredentialsSource> make_credentials(Http& http, net::Loop&, const IotCredentials&, const Environment&);

}  // namespace m2c2::aws
