// One AWS service in one region: signs a call, sends it, and tries again what is worth another try.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials.hpp"
#include "aws/error.hpp"
#include "aws/http.hpp"
#include "base/back_off.hpp"

namespace m2c2::aws {

struct ServiceOptions {
  std::string service;        ///< "kinesis": its name in a signature
  std::string region;         ///< "eu-central-1"
  std::string endpoint = {};  ///< "http://127.0.0.1:4567"; empty: the service's own in that region
  std::string ca_file = {};   ///< of an endpoint with TLS; empty: the system's certificates
  int attempts = 3;           ///< of a call, while it or its credentials are throttled, unavailable or unreachable
  Duration answer_within = std::chrono::minutes{2};  ///< each
  Duration call_within = {};  ///< credentials, attempts and pauses together; zero: as long as all attempts may take
  Duration first_back_off = std::chrono::milliseconds{100};
  Duration longest_back_off = std::chrono::seconds{5};
  std::uint32_t jitter_seed = std::random_device{}();
};

/// "amazonaws.com", or China's: its services' names end with it.
std::string_view domain_of(std::string_view region);

struct Call {
  std::string method = "POST";
  std::string path = "/";                                       ///< encoded
  std::vector<std::pair<std::string, std::string>> query = {};  ///< not yet encoded
  Headers headers = {};
  Body body = {};
};

/// What a service says of a call that it does not carry out: JSON's `__type` or XML's `<Code>`.
struct Refusal {
  std::string type;  ///< "ConditionalCheckFailedException"
  std::string message;
};
Refusal refusal_of(const HttpResponse&);

/// "kinesis at https://…: ResourceNotFoundException: Stream … not found": for the operator.
Error error_of(const ServiceOptions&, const HttpResponse&);

/// All calls on the loop; several may be under way.
class Service {
 public:
  /// All three outlive it.
  Service(Http&, CredentialsSource&, net::Loop&, ServiceOptions);

  /// The answer when it is 2xx, or a 4xx that says something of this one call (refusal_of): those are for the caller to
  /// decide by. A signature that is refused since this machine's clock is wrong is made again with the service's time,
  /// and credentials that have ended are fetched again. What is throttled, unavailable or unreachable, the source of
  /// the credentials too, is tried again. Any other failure is an error after `attempts`, or when another one would not
  /// end within `call_within`.
  net::Task<Result<HttpResponse>> call(Call);
  /// Ends what is under way, and what comes later, with AwsError::stopped. Soon, and for good; the HTTP is its owner's
  /// to stop.
  void stop();

  const ServiceOptions& options() const { return options_; }

 private:
  struct Attempt {
    Result<HttpResponse> answer;
    bool is_worth_another = false;
  };
  net::Task<Attempt> attempt(const Call&, SteadyTime deadline);
  static Attempt without_credentials(const Error&);
  Attempt judged(Result<HttpResponse>) const;
  HttpRequest signed_request(const Call&, const Credentials&) const;
  bool correct_clock(const HttpResponse&, Duration signed_with);
  void tell_of_clock() const;
  net::Task<> pause(Duration);

  Http& http_;
  CredentialsSource& credentials_;
  net::Loop& loop_;
  ServiceOptions options_;
  Duration clock_offset_{};  ///< of the service's time to ours
  std::set<net::Alarm*> pauses_;
  bool stopped_ = false;
};

}  // namespace m2c2::aws
