// The sources of credentials, and what keeps them.
// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "aws/error.hpp"
#include "aws/json.hpp"
#include "base/foreign_text.hpp"
#include "disk/atomic_file.hpp"
#include "log/log.hpp"

namespace m2c2::aws {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRenewBefore = 5min;
constexpr Duration kTryAgain = 30s;     // to renew, while the old ones hold
constexpr Duration kNear = 2s;          // for a host of this machine's own network to connect
constexpr Duration kStillFor = 5s;      // each is a small answer
constexpr Duration kFetchWithin = 15s;  // all that it takes
constexpr std::size_t kMostTokenBytes = 64 * 1024;

std::optional<WallTime> parse_iso_time(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!end) return std::nullopt;
  return WallTime{std::chrono::seconds{::timegm(&parts)}};
}

struct Fetched {
  Credentials credentials;
  std::optional<Duration> lifetime;
};

/// The names of the fields in an answer.
struct Fields {
  const char *key, *secret, *token, *end;
};
constexpr Fields kOfThings{"accessKeyId", "secretAccessKey", "sessionToken", "expiration"};
constexpr Fields kOfRoles{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};

struct Source {
  std::string_view name;
  Fields fields;
  std::string_view remedy;  ///< where it answers with something else
};
constexpr Source kThing{
    "the IoT credentials provider", kOfThings,
    "check that [aws] credentials-endpoint is what aws iot describe-endpoint --endpoint-type iot:CredentialProvider "
    "says, and that no proxy or portal answers in its place"};
constexpr Source kContainer{
    "the role of the container", kOfRoles,
    "give the task or the pod a role, and see that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI and "
    "AWS_CONTAINER_AUTHORIZATION_TOKEN or _TOKEN_FILE are those that the container was started with"};
constexpr Source kInstance{"the role of the instance", kOfRoles,
                           "give the instance a role that trusts ec2.amazonaws.com"};

std::optional<Fetched> read_fields(const boost::json::object& object, const Fields& names, WallTime now) {
  Fetched fetched{
      .credentials = {text_at(object, names.key), text_at(object, names.secret), text_at(object, names.token)},
      .lifetime = {}};
  if (fetched.credentials.access_key_id.empty() || fetched.credentials.secret_access_key.empty()) return std::nullopt;
  if (const auto end = parse_iso_time(text_at(object, names.end))) fetched.lifetime = *end - now;
  return fetched;
}

/// By the server's clock, which is the one that the end is told by.
Result<Fetched> read_answer(const HttpResponse& response, const Source& source, WallTime now) {
  const auto body = parse_object(response.body);
  const boost::json::object* object = body ? &*body : nullptr;
  if (object && object->contains("credentials")) object = object->at("credentials").if_object();
  if (object)
    if (auto fetched = read_fields(*object, source.fields, date_of(response).value_or(now))) return *std::move(fetched);
  return fail(AwsError::no_credentials,
              fmt::format("{}: the answer holds no credentials; {}", source.name, source.remedy));
}

/// Of a refusal.
AwsError code_of(const HttpResponse& response) {
  return response.status >= 500 || response.status == 429 ? AwsError::unavailable : AwsError::no_credentials;
}

std::unexpected<Error> refused(const Source& source, const HttpResponse& response, std::string_view url,
                               std::string_view why, std::string_view remedy) {
  const AwsError code = code_of(response);
  return fail(code, fmt::format("{}: status {} for {}{}; {}", source.name, response.status, url, why,
                                code == AwsError::unavailable ? "it is tried again" : remedy));
}

class Environmental final : public CredentialsSource {
 public:
  explicit Environmental(Credentials credentials) : credentials_{std::move(credentials)} {}
  net::Task<Result<Credentials>> get(SteadyTime) override { co_return credentials_; }
  void discard(const Credentials&) override {}

 private:
  Credentials credentials_;
};

/// Keeps what was fetched until shortly before its end.
class Kept : public CredentialsSource {
 public:
  Kept(Http& http, net::Loop& loop) : http_{http}, loop_{loop} {}

  net::Task<Result<Credentials>> get(SteadyTime deadline) override {
    if (kept_ && loop_.steady() < renew_at_) co_return *kept_;
    auto fetched = co_await fetch(std::min(deadline, loop_.steady() + kFetchWithin));
    if (fetched) keep(*std::move(fetched));
    else if (!kept_ || loop_.steady() >= end_) co_return std::unexpected{fetched.error()};
    else put_off(fetched.error());
    co_return *kept_;
  }
  void discard(const Credentials& used) override {
    if (kept_ == used) kept_.reset();
  }

 protected:
  virtual net::Task<Result<Fetched>> fetch(SteadyTime deadline) = 0;
  net::Task<Result<HttpResponse>> send(HttpRequest request, SteadyTime deadline) {
    request.still_for = kStillFor;
    return exchange(http_, loop_, std::move(request), deadline);
  }
  WallTime now() const { return loop_.wall(); }

 private:
  void keep(Fetched fetched) {
    const SteadyTime now = loop_.steady();
    const Duration lifetime = fetched.lifetime.value_or(kRenewBefore + 1h);
    kept_ = std::move(fetched.credentials);
    end_ = now + lifetime;
    renew_at_ = end_ - std::min(kRenewBefore, lifetime / 4);
  }
  void put_off(const Error& error) {
    renew_at_ = std::min(end_, loop_.steady() + kTryAgain);
    log::warning(fmt::format("{}; those at hand hold for another {} s", error.text,
                             std::chrono::round<std::chrono::seconds>(end_ - loop_.steady()).count()));
  }

  Http& http_;
  net::Loop& loop_;
  std::optional<Credentials> kept_;
  SteadyTime renew_at_{};
  SteadyTime end_{};
};

class OfThing final : public Kept {
 public:
  OfThing(Http& http, net::Loop& loop, const IotCredentials& options) : Kept{http, loop} {
    const bool is_url = options.endpoint.starts_with("https://");
    request_.url = fmt::format("{}{}/role-aliases/{}/credentials", is_url ? "" : "https://", options.endpoint,
                               uri_encoded(options.role_alias));
    if (!options.thing_name.empty()) request_.headers.push_back({"x-amzn-iot-thingname", options.thing_name});
    request_.tls = options.tls;
  }

 private:
  net::Task<Result<Fetched>> fetch(SteadyTime deadline) override {
    const auto response = co_await send(request_, deadline);
    if (!response) co_return fail(response.error().code, fmt::format("{}: {}", kThing.name, response.error().text));
    if (!response->is_success()) co_return refusal(*response);
    co_return read_answer(*response, kThing, now());
  }
  std::unexpected<Error> refusal(const HttpResponse& response) const {
    return refused(kThing, response, request_.url, ": " + foreign_text(response.body),
                   "see [aws] role-alias and thing-name, and that the certificate is active with a policy that allows "
                   "iot:AssumeRoleWithCertificate");
  }

  HttpRequest request_;
};

class OfContainer final : public Kept {
 public:
  OfContainer(Http& http, net::Loop& loop, std::string url, Environment environment)
      : Kept{http, loop}, url_{std::move(url)}, environment_{std::move(environment)} {}

 private:
  net::Task<Result<Fetched>> fetch(SteadyTime deadline) override {
    auto token = authorization();
    if (!token)
      co_return fail(
          AwsError::no_credentials,
          fmt::format("{}: {}; correct AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, or let this program's user read it",
                      kContainer.name, token.error().text));
    HttpRequest request{.url = url_, .connect_within = kNear, .past_proxy = true};
    if (!token->empty()) request.headers.push_back({"authorization", *std::move(token)});
    const auto response = co_await send(std::move(request), deadline);
    if (!response)
      co_return fail(response.error().code,
                     fmt::format("{}: {}; {}", kContainer.name, response.error().text, kContainer.remedy));
    if (!response->is_success()) co_return refused(kContainer, *response, url_, {}, kContainer.remedy);
    co_return read_answer(*response, kContainer, now());
  }
  /// Read each time: what is in the file changes.
  Result<std::string> authorization() const {
    if (const auto file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
      auto token = disk::read_whole_file(*file, kMostTokenBytes);
      if (token) token->erase(token->find_last_not_of("\r\n") + 1);
      return token;
    }
    return environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  }

  std::string url_;
  Environment environment_;
};

/// IMDSv2: a token first, then the name of the role, then its credentials.
class OfInstance final : public Kept {
 public:
  OfInstance(Http& http, net::Loop& loop, std::string endpoint) : Kept{http, loop}, endpoint_{std::move(endpoint)} {}

 private:
  net::Task<Result<Fetched>> fetch(SteadyTime deadline) override {
    const auto token =
        co_await ask("PUT", "/latest/api/token", {"x-aws-ec2-metadata-token-ttl-seconds", "21600"}, deadline);
    if (!token) co_return std::unexpected{token.error()};
    const Header with_token{"x-aws-ec2-metadata-token", token->body};
    const std::string roles = "/latest/meta-data/iam/security-credentials/";
    const auto role = co_await ask("GET", roles, with_token, deadline);
    if (!role) co_return std::unexpected{role.error()};
    const auto response =
        co_await ask("GET", roles + role->body.substr(0, role->body.find('\n')), with_token, deadline);
    if (!response) co_return std::unexpected{response.error()};
    co_return read_answer(*response, kInstance, now());
  }
  net::Task<Result<HttpResponse>> ask(std::string method, std::string path, Header with, SteadyTime deadline) {
    HttpRequest request{.method = std::move(method),
                        .url = endpoint_ + path,
                        .headers = {std::move(with)},
                        .connect_within = kNear,
                        .past_proxy = true};
    auto response = co_await send(std::move(request), deadline);
    if (response && response->is_success()) co_return response;
    if (!response && response.error().code == AwsError::stopped) co_return response;
    const std::string why = response ? fmt::format("status {} for {}", response->status, path) : response.error().text;
    co_return fail(
        response ? code_of(*response) : AwsError::no_credentials,  // nobody there: it is no instance
        fmt::format("no AWS credentials: set [aws] credentials-endpoint and role-alias, or AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, or give the container or the instance a role (its metadata: {})",
                    why));
  }

  std::string endpoint_;
};

}  // namespace

std::unique_ptr<CredentialsSource> make_credentials(Http& http, net::Loop& loop, const IotCredentials& iot,
                                                    const Environment& environment) {
  if (!iot.endpoint.empty()) return std::make_unique<OfThing>(http, loop, iot);
  const auto key = environment("AWS_ACCESS_KEY_ID");
  const auto secret = environment("AWS_SECRET_ACCESS_KEY");
  if (key && secret)
    return std::make_unique<Environmental>(Credentials{*key, *secret, environment("AWS_SESSION_TOKEN").value_or("")});
  if (const auto path = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
    return std::make_unique<OfContainer>(http, loop, "http://169.254.170.2" + *path, environment);
  if (const auto url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    return std::make_unique<OfContainer>(http, loop, *url, environment);
  return std::make_unique<OfInstance>(
      http, loop, environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254"));
}

}  // namespace m2c2::aws
