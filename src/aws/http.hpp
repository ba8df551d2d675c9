// HTTP requests, on a thread of their own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/loop.hpp"

namespace m2c2::aws {

struct Header {
  std::string name;  ///< lower case
  std::string value;
  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

/// The value of the first header of that name; empty without one.
std::string_view header(const Headers&, std::string_view name);

/// Files in PEM; an empty one is left out.
struct TlsIdentity {
  std::string ca_file;  ///< whom to trust; empty: the system's certificates
  std::string cert_file;
  std::string key_file;
};

/// What is sent, and sent again, without a copy; each signature of a call needs a request of its own.
class Body {
 public:
  Body() = default;
  Body(std::string bytes) : bytes_{std::make_shared<const std::string>(std::move(bytes))} {}
  Body(const char* text) : Body{std::string{text}} {}

  const std::string& bytes() const {
    static const std::string none;
    return bytes_ ? *bytes_ : none;
  }
  friend bool operator==(const Body& body, std::string_view bytes) { return body.bytes() == bytes; }

 private:
  std::shared_ptr<const std::string> bytes_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  ///< whole, encoded as it is sent
  Headers headers = {};
  Body body = {};
  TlsIdentity tls = {};
  Duration connect_within = std::chrono::seconds{5};
  Duration still_for = std::chrono::seconds{10};     ///< nothing moves, and it counts as timed out
  Duration answer_within = std::chrono::minutes{2};  ///< from beginning to end, however slow the line
  bool past_proxy = false;  ///< of a host of this machine's own network: HTTP_PROXY is not for it
};

struct HttpResponse {
  int status = 0;
  Headers headers = {};
  std::string body = {};

  bool is_success() const { return status / 100 == 2; }
};

/// The time that the server says it is; nothing where it does not.
std::optional<WallTime> date_of(const HttpResponse&);

class Http {
 public:
  using Done = std::function<void(Result<HttpResponse>)>;

  virtual ~Http() = default;
  /// Calls `done` once, on any thread; with AwsError::unreachable, timed_out or stopped when there is no whole answer.
  virtual void send(HttpRequest, Done done) = 0;
  /// Ends what is under way, and what comes later, with AwsError::stopped. Soon, and for good.
  virtual void stop() = 0;
};

/// libcurl on a thread, connections kept open. Answers longer than 16 MiB are cut off with an error.
std::unique_ptr<Http> make_http();

/// The same, waited for on a loop, and over at the deadline as well as at the request's own limits.
net::Task<Result<HttpResponse>> exchange(Http&, net::Loop&, HttpRequest, SteadyTime deadline = SteadyTime::max());

}  // namespace m2c2::aws
