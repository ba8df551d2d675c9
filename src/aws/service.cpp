// Sign, send, look at what came, and decide whether to try again.
// SPDX-License-Identifier: Apache-2.0
#include "aws/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "aws/json.hpp"
#include "aws/xml.hpp"
#include "base/foreign_text.hpp"
#include "log/log.hpp"

namespace m2c2::aws {
namespace {

using namespace std::chrono_literals;

constexpr Duration kClockTolerance = 4min;  // AWS's own is 5

/// What an answer calls for.
enum class Verdict { answered, throttled, unavailable, wrong_clock, other_credentials, denied };

constexpr std::array<std::string_view, 9> kThrottled{"ProvisionedThroughputExceededException",
                                                     "ThrottlingException",
                                                     "Throttling",
                                                     "ThrottledException",
                                                     "RequestLimitExceeded",
                                                     "SlowDown",
                                                     "TooManyRequestsException",
                                                     "RequestThrottledException",
                                                     "KMSThrottlingException"};
constexpr std::array<std::string_view, 4> kUnavailable{"RequestTimeout", "InternalFailure", "InternalServerError",
                                                       "ServiceUnavailable"};
constexpr std::array<std::string_view, 5> kWrongClock{"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture",
                                                      "InvalidSignatureException", "SignatureDoesNotMatch"};
constexpr std::array<std::string_view, 6> kOtherCredentials{"ExpiredTokenException",       "ExpiredToken",
                                                            "UnrecognizedClientException", "InvalidClientTokenId",
                                                            "InvalidAccessKeyId",          "InvalidToken"};
constexpr std::array<std::string_view, 5> kDenied{"AccessDeniedException", "AccessDenied",
                                                  "MissingAuthenticationTokenException", "IncompleteSignatureException",
                                                  "KMSAccessDeniedException"};

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

Verdict verdict_on(const HttpResponse& response) {
  if (response.is_success()) return Verdict::answered;
  const std::string type = refusal_of(response).type;
  if (is_in(kThrottled, type) || response.status == 429) return Verdict::throttled;
  if (is_in(kUnavailable, type) || response.status >= 500) return Verdict::unavailable;
  if (is_in(kWrongClock, type)) return Verdict::wrong_clock;
  if (is_in(kOtherCredentials, type)) return Verdict::other_credentials;
  if (is_in(kDenied, type) || response.status == 401 || response.status == 403) return Verdict::denied;
  return Verdict::answered;
}

Refusal json_refusal(const HttpResponse& response) {
  const auto object = parse_object(response.body);
  if (!object) return {};
  std::string message = text_at(*object, "message");
  return {text_at(*object, "__type"), message.empty() ? text_at(*object, "Message") : std::move(message)};
}

AwsError kind_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::throttled:
      return AwsError::throttled;
    case Verdict::unavailable:
      return AwsError::unavailable;
    case Verdict::wrong_clock:
    case Verdict::other_credentials:
    case Verdict::denied:
      return AwsError::denied;
    case Verdict::answered:
      break;
  }
  return AwsError::refused;
}

/// Whether it may be over soon.
bool is_passing(const Error& error) {
  return error.code == AwsError::throttled || error.code == AwsError::unavailable ||
         error.code == AwsError::unreachable || error.code == AwsError::timed_out;
}

std::string_view remedy(Verdict verdict) {
  switch (verdict) {
    case Verdict::throttled:
      return "it is tried again more slowly; raise the limit if this stays";
    case Verdict::unavailable:
      return "it is tried again";
    case Verdict::wrong_clock:
      return "check the secret key, and the clock of this machine";
    case Verdict::other_credentials:
      return "the credentials are unknown or have ended: give others";
    case Verdict::denied:
      return "allow it in the policy of the role or the user";
    case Verdict::answered:
      break;
  }
  return {};
}

}  // namespace

Refusal refusal_of(const HttpResponse& response) {
  Refusal refusal;
  if (response.body.starts_with('{')) {
    refusal = json_refusal(response);
  } else {
    refusal.type = element_at(response.body, "Code");
    refusal.message = element_at(response.body, "Message");
  }
  if (refusal.type.empty()) refusal.type = header(response.headers, "x-amzn-errortype");
  refusal.type = refusal.type.substr(refusal.type.find('#') + 1);
  refusal.type = refusal.type.substr(0, refusal.type.find(':'));
  return refusal;
}

std::string_view domain_of(std::string_view region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

Error error_of(const ServiceOptions& options, const HttpResponse& response) {
  const Verdict verdict = verdict_on(response);
  const Refusal refusal = refusal_of(response);
  std::string text = fmt::format("{} at {}: ", options.service, options.endpoint);
  text += refusal.type.empty() ? fmt::format("HTTP status {}", response.status) : foreign_text(refusal.type);
  if (!refusal.message.empty()) text += ": " + foreign_text(refusal.message);
  if (!remedy(verdict).empty()) text.append("; ").append(remedy(verdict));
  return {kind_of(verdict), std::move(text)};
}

Service::Service(Http& http, CredentialsSource& credentials, net::Loop& loop, ServiceOptions options)
    : http_{http}, credentials_{credentials}, loop_{loop}, options_{std::move(options)} {
  if (options_.endpoint.empty())
    options_.endpoint = fmt::format("https://{}.{}.{}", options_.service, options_.region, domain_of(options_.region));
  while (options_.endpoint.ends_with('/')) options_.endpoint.pop_back();
  if (options_.call_within == Duration::zero()) options_.call_within = options_.attempts * options_.answer_within;
}

void Service::stop() {
  stopped_ = true;
  for (net::Alarm* alarm : pauses_) alarm->cancel();
}

net::Task<Result<HttpResponse>> Service::call(Call call) {
  const SteadyTime deadline = loop_.steady() + options_.call_within;
  BackOff back_off{options_.first_back_off, options_.longest_back_off, options_.jitter_seed};
  for (int attempts = 1;; ++attempts) {
    if (stopped_) co_return fail(AwsError::stopped);
    Attempt last = co_await attempt(call, deadline);
    if (!last.is_worth_another || attempts >= options_.attempts) co_return std::move(last.answer);
    const Duration wait = back_off.next();
    if (loop_.steady() + wait >= deadline) co_return std::move(last.answer);
    co_await pause(wait);
  }
}

/// One try, and a second one where a clock or credentials that were set right promise another answer.
net::Task<Service::Attempt> Service::attempt(const Call& call, SteadyTime deadline) {
  for (bool is_second = false;; is_second = true) {
    const auto credentials = co_await credentials_.get(deadline);
    if (!credentials) co_return without_credentials(credentials.error());
    const Duration offset = clock_offset_;
    auto answer = co_await exchange(http_, loop_, signed_request(call, *credentials), deadline);
    if (!answer || is_second) co_return judged(std::move(answer));
    const Verdict verdict = verdict_on(*answer);
    if (verdict == Verdict::other_credentials) credentials_.discard(*credentials);
    else if (verdict != Verdict::wrong_clock || !correct_clock(*answer, offset)) co_return judged(std::move(answer));
  }
}

/// To the caller there are none, whatever the cause.
Service::Attempt Service::without_credentials(const Error& error) {
  if (error.code == AwsError::stopped) return {std::unexpected{error}};
  return {fail(AwsError::no_credentials, error.text), is_passing(error)};
}

Service::Attempt Service::judged(Result<HttpResponse> answer) const {
  if (answer && verdict_on(*answer) == Verdict::answered) return {std::move(answer)};
  Error error = answer ? error_of(options_, *answer) : std::move(answer).error();
  const bool is_worth_another = is_passing(error);
  return {std::unexpected{std::move(error)}, is_worth_another};
}

HttpRequest Service::signed_request(const Call& call, const Credentials& credentials) const {
  HttpRequest request{.method = call.method,
                      .url = options_.endpoint + call.path,
                      .headers = call.headers,
                      .body = call.body,
                      .tls = {.ca_file = options_.ca_file, .cert_file = {}, .key_file = {}},
                      .answer_within = options_.answer_within};
  char separator = '?';
  for (const auto& [name, value] : call.query)
    request.url += fmt::format("{}{}={}", std::exchange(separator, '&'), uri_encoded(name), uri_encoded(value));
  const WallTime at = loop_.wall() + std::chrono::floor<std::chrono::microseconds>(clock_offset_);
  sign(request, credentials, {.region = options_.region, .service = options_.service}, at);
  return request;
}

/// Whether the clock was what was wrong with a request that was signed with that offset.
bool Service::correct_clock(const HttpResponse& response, Duration signed_with) {
  const auto theirs = date_of(response);
  if (!theirs) return false;
  const Duration offset = *theirs - loop_.wall();
  if (std::chrono::abs(offset - signed_with) < kClockTolerance) return false;
  const bool is_known = std::chrono::abs(offset - clock_offset_) < kClockTolerance;
  clock_offset_ = offset;
  if (!is_known) tell_of_clock();
  return true;
}

void Service::tell_of_clock() const {
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(clock_offset_)).count();
  if (std::chrono::abs(clock_offset_) < kClockTolerance)
    return log::info(fmt::format("{}: this machine's clock is right again", options_.endpoint));
  log::warning(
      fmt::format("{}: this machine's clock is {} s {}; requests are signed with the service's time, but set it "
                  "right (NTP): the times of the telemetry are wrong too",
                  options_.endpoint, seconds, clock_offset_ > Duration::zero() ? "slow" : "fast"));
}

net::Task<> Service::pause(Duration time) {
  const auto alarm = loop_.make_alarm();
  pauses_.insert(alarm.get());
  if (!stopped_) co_await alarm->wait_until(loop_.steady() + time);
  pauses_.erase(alarm.get());
}

}  // namespace m2c2::aws
