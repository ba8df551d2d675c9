// A service with an HTTP thread and credentials of its own: one destination's trouble is no other's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "aws/credentials.hpp"
#include "aws/http.hpp"
#include "aws/service.hpp"

namespace m2c2::aws {

class Client {
 public:
  /// The loop outlives it. All calls on the loop.
  Client(std::unique_ptr<Http> http, net::Loop& loop, const IotCredentials& iot, const Environment& environment,
         ServiceOptions options)
      : http_{std::move(http)},
        credentials_{make_credentials(*http_, loop, iot, environment)},
        service_{*http_, *credentials_, loop, std::move(options)} {}

  net::Task<Result<HttpResponse>> call(Call call) { return service_.call(std::move(call)); }
  void stop() {
    service_.stop();
    http_->stop();
  }
  const ServiceOptions& options() const { return service_.options(); }

 private:
  std::unique_ptr<Http> http_;
  std::unique_ptr<CredentialsSource> credentials_;
  Service service_;
};

}  // namespace m2c2::aws
