// A call of a service, and the credentials for it, as dialogues in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include "aws/service.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <map>

#include "aws/scripted_http_test.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::aws {
namespace {

using namespace std::chrono_literals;
using testing::AllOf, testing::HasSubstr, testing::Not;

class ServiceTest : public testing::Test {
 protected:
  using Answer = std::optional<Result<HttpResponse>>;

  net::Task<> call_into(Answer& answer) { answer = co_await service.call({.body = "{}"}); }
  bool call_succeeds() {
    loop.spawn(call_into(answer_));
    loop.advance(1min);
    return answer_.value().has_value();
  }
  std::string key_of(std::size_t i) const {
    const std::string_view authorization = header(http.sent.at(i).headers, "authorization");
    return std::string{authorization.substr(authorization.find("key-"), 5)};
  }

  net::VirtualLoop loop;
  ScriptedHttp http;
  NumberedCredentials credentials;
  Service service{http, credentials, loop, {.service = "kinesis", .region = "eu-central-1"}};
  Answer answer_;
};

TEST_F(ServiceTest, AsksTheRegionsEndpointWithASignature) {
  http.answer(200, "{}");
  ASSERT_TRUE(call_succeeds());
  EXPECT_EQ(http.sent[0].url, "https://kinesis.eu-central-1.amazonaws.com/");
  EXPECT_THAT(header(http.sent[0].headers, "authorization"),
              HasSubstr("Credential=key-1/20260101/eu-central-1/kinesis/aws4_request"));
}

TEST_F(ServiceTest, TriesAgainWhatIsThrottledUnavailableOrCut) {
  http.answer(400, R"({"__type":"com.amazonaws#ThrottlingException"})").fails(AwsError::unreachable).answer(200, "{}");
  ASSERT_TRUE(call_succeeds());
  EXPECT_EQ(http.sent.size(), 3u);
}

TEST_F(ServiceTest, GivesUpAfterItsAttemptsWithTheCauseInWords) {
  http.otherwise = [](const HttpRequest&) { return HttpResponse{503, {}, "<Error><Code>SlowDown</Code></Error>"}; };
  ASSERT_FALSE(call_succeeds());
  EXPECT_EQ(http.sent.size(), 3u);
  EXPECT_EQ(answer_->error().code, AwsError::throttled);
  EXPECT_THAT(answer_->error().text,
              AllOf(HasSubstr("kinesis at https://kinesis.eu-central-1"), HasSubstr("SlowDown")));
}

TEST_F(ServiceTest, LeavesARefusalOfTheCallToTheCaller) {
  http.answer(400, R"({"__type":"ConditionalCheckFailedException","message":"The conditional request failed"})");
  ASSERT_TRUE(call_succeeds());
  EXPECT_EQ(refusal_of(**answer_).type, "ConditionalCheckFailedException");
  EXPECT_EQ(http.sent.size(), 1u);
}

TEST_F(ServiceTest, SignsWithTheServicesTimeWhereTheClockIsWrong) {
  http.answer(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", {{"date", "Thu, 01 Jan 2026 02:00:00 GMT"}})
      .answer(200, "{}");
  ASSERT_TRUE(call_succeeds());
  EXPECT_THAT(header(http.sent[1].headers, "x-amz-date"), testing::StartsWith("20260101T0200"));
}

TEST_F(ServiceTest, TakesAWrongSecretForWhatItIs) {
  http.otherwise = [](const HttpRequest&) {
    return HttpResponse{
        403, {{"date", "Thu, 01 Jan 2026 00:00:01 GMT"}}, "<Error><Code>SignatureDoesNotMatch</Code></Error>"};
  };
  ASSERT_FALSE(call_succeeds());
  EXPECT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(answer_->error().code, AwsError::denied);
  EXPECT_THAT(answer_->error().text, HasSubstr("check the secret key"));
}

TEST_F(ServiceTest, FetchesCredentialsThatHaveEndedOnceMore) {
  http.answer(400, R"({"__type":"ExpiredTokenException","message":"The security token is expired"})").answer(200, "{}");
  ASSERT_TRUE(call_succeeds());
  EXPECT_EQ(key_of(0), "key-1");
  EXPECT_EQ(key_of(1), "key-2");
}

TEST_F(ServiceTest, DoesNotRepeatWhatIsDenied) {
  http.answer(400, R"({"__type":"AccessDeniedException","Message":"not authorized to perform: kinesis:PutRecords"})");
  ASSERT_FALSE(call_succeeds());
  EXPECT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(answer_->error().code, AwsError::denied);
  EXPECT_THAT(answer_->error().text, AllOf(HasSubstr("kinesis:PutRecords"), HasSubstr("policy")));
}

TEST_F(ServiceTest, StopsWhileItPauses) {
  http.otherwise = [](const HttpRequest&) { return HttpResponse{500, {}, ""}; };
  loop.spawn(call_into(answer_));
  loop.settle();
  service.stop();
  loop.settle();
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->error().code, AwsError::stopped);
}

/// With a source that fails as it is told to, and gives credentials then.
class FailingCredentials final : public CredentialsSource {
 public:
  net::Task<Result<Credentials>> get(SteadyTime) override {
    if (failures.empty()) co_return Credentials{"key-1", "secret"};
    const AwsError error = failures.front();
    failures.pop_front();
    co_return fail(error, "the source says no");
  }
  void discard(const Credentials&) override {}

  std::deque<AwsError> failures;
};

class ServiceWithoutCredentials : public ServiceTest {
 protected:
  ServiceWithoutCredentials() { http.answer(200, "{}"); }
  net::Task<> ask() { answer_ = co_await without.call({.body = "{}"}); }
  bool call_succeeds(std::deque<AwsError> failures) {
    source.failures = std::move(failures);
    loop.spawn(ask());
    loop.advance(1min);
    return answer_.value().has_value();
  }

  FailingCredentials source;
  Service without{http, source, loop, {.service = "kinesis", .region = "eu-central-1"}};
};

TEST_F(ServiceWithoutCredentials, TriesAgainWhereTheirSourceIsAway) {
  EXPECT_TRUE(call_succeeds({AwsError::unavailable, AwsError::timed_out}));
}

TEST_F(ServiceWithoutCredentials, SaysSoWhereTheirSourceStaysAway) {
  ASSERT_FALSE(call_succeeds({AwsError::unavailable, AwsError::unreachable, AwsError::timed_out}));
  EXPECT_EQ(answer_->error().code, AwsError::no_credentials);
  EXPECT_THAT(answer_->error().text, HasSubstr("the source says no"));
}

TEST_F(ServiceWithoutCredentials, TakesARefusalOfTheirSourceForAnAnswer) {
  ASSERT_FALSE(call_succeeds({AwsError::no_credentials}));
  EXPECT_EQ(answer_->error().code, AwsError::no_credentials);
}

TEST_F(ServiceWithoutCredentials, IsStoppedWithTheirSource) {
  ASSERT_FALSE(call_succeeds({AwsError::stopped}));
  EXPECT_EQ(answer_->error().code, AwsError::stopped);
}

/// A call of at most 30 s, as the job store's, where all that it takes is slow.
class SlowServiceTest : public testing::Test {
 protected:
  net::Task<> call() {
    answer = co_await service.call({.body = "{}"});
    ended = loop.steady();
  }
  Duration time_of_call() {
    const SteadyTime begun = loop.steady();
    loop.spawn(call());
    loop.advance(5min);
    return ended - begun;
  }

  net::VirtualLoop loop;
  Duration credentials_take{};
  SlowHttp http{loop,
                [this](const HttpRequest& request) {
                  return request.url.contains("role-aliases") ? credentials_take : Duration{1h};
                },
                R"({"credentials":{"accessKeyId":"A","secretAccessKey":"S"}})"};
  std::unique_ptr<CredentialsSource> credentials =
      make_credentials(http, loop, {.endpoint = "c1", .role_alias = "a", .thing_name = {}, .tls = {}}, {});
  Service service{http, *credentials, loop,
                  ServiceOptions{.service = "dynamodb",
                                 .region = "eu-central-1",
                                 .attempts = 5,
                                 .answer_within = 5s,
                                 .call_within = 30s,
                                 .first_back_off = 300ms}};
  std::optional<Result<HttpResponse>> answer;
  SteadyTime ended{};
};

TEST_F(SlowServiceTest, KeepsOneTimeForCredentialsAttemptsAndPauses) {
  credentials_take = 14s;
  EXPECT_LE(time_of_call(), 30s);
  ASSERT_FALSE(answer.value());
  EXPECT_EQ(answer->error().code, AwsError::timed_out);
  EXPECT_GT(http.sent.size(), 3u) << "the time is used";
}

TEST_F(SlowServiceTest, EndsInTimeWhereNoCredentialsCome) {
  credentials_take = 1h;
  EXPECT_LE(time_of_call(), 30s);
  EXPECT_FALSE(answer.value());
}

class CredentialsTest : public testing::Test {
 protected:
  net::Task<> get_into(std::optional<Result<Credentials>>& got) { got = co_await source->get(SteadyTime::max()); }
  Result<Credentials> get() {
    std::optional<Result<Credentials>> got;
    loop.spawn(get_into(got));
    loop.settle();
    return got ? *std::move(got) : fail(AwsError::timed_out);
  }
  void make(const IotCredentials& iot = {}) {
    source = make_credentials(http, loop, iot, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional{found->second};
    });
  }
  void thing_gets(const std::string& key, const std::string& until) {
    http.answer(200, R"({"credentials":{"accessKeyId":")" + key +
                         R"(","secretAccessKey":"S","sessionToken":"T","expiration":")" + until + "\"}}");
  }

  net::VirtualLoop loop;
  ScriptedHttp http;
  std::map<std::string, std::string> environment;
  std::unique_ptr<CredentialsSource> source;
  const IotCredentials thing{.endpoint = "c1.credentials.iot.eu-central-1.amazonaws.com",
                             .role_alias = "m2c2-gateway",
                             .thing_name = "press-7",
                             .tls = {.ca_file = {}, .cert_file = "gateway.pem", .key_file = "gateway.key"}};
};

TEST_F(CredentialsTest, AreExchangedForTheCertificateAndRenewedFiveMinutesBeforeTheirEnd) {
  make(thing);
  thing_gets("A1", "2026-01-01T01:00:00Z");
  EXPECT_EQ(get(), (Credentials{"A1", "S", "T"}));
  EXPECT_EQ(http.sent[0].url,
            "https://c1.credentials.iot.eu-central-1.amazonaws.com/role-aliases/m2c2-gateway/credentials");
  EXPECT_EQ(header(http.sent[0].headers, "x-amzn-iot-thingname"), "press-7");
  EXPECT_EQ(http.sent[0].tls.cert_file, "gateway.pem");
  loop.advance(54min);
  EXPECT_EQ(get()->access_key_id, "A1");
  loop.advance(2min);
  thing_gets("A2", "2026-01-01T02:00:00Z");
  EXPECT_EQ(get()->access_key_id, "A2");
  EXPECT_EQ(http.sent.size(), 2u);
}

TEST_F(CredentialsTest, HoldUntilTheirEndThoughTheProviderIsAway) {
  make(thing);
  thing_gets("A1", "2026-01-01T01:00:00Z");
  ASSERT_TRUE(get());
  http.otherwise = [](const HttpRequest&) { return HttpResponse{503, {}, "away"}; };
  loop.advance(58min);
  EXPECT_EQ(get()->access_key_id, "A1");
  loop.advance(3min);
  const auto late = get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, AwsError::unavailable);
}

TEST_F(CredentialsTest, AreFetchedAgainWhenDiscarded) {
  make(thing);
  thing_gets("A1", "2026-01-01T01:00:00Z");
  source->discard(*get());
  thing_gets("A2", "2026-01-01T01:00:00Z");
  EXPECT_EQ(get()->access_key_id, "A2");
}

TEST_F(CredentialsTest, LastAsLongAsTheProvidersOwnClockSays) {
  make(thing);
  http.answer(
      200,
      R"({"credentials":{"accessKeyId":"A1","secretAccessKey":"S","sessionToken":"T","expiration":"2030-05-05T01:00:00Z"}})",
      {{"date", "Sun, 05 May 2030 00:00:00 GMT"}});
  ASSERT_TRUE(get());
  loop.advance(56min);
  thing_gets("A2", "2026-01-01T02:00:00Z");
  EXPECT_EQ(get()->access_key_id, "A2");
}

TEST_F(CredentialsTest, SayWhatToLookAtWhenTheProviderRefuses) {
  make(thing);
  http.answer(403, R"({"message":"Invalid thing name passed"})");
  const auto refused = get();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, AllOf(HasSubstr("Invalid thing name"), HasSubstr("thing-name"),
                                          HasSubstr("iot:AssumeRoleWithCertificate")));
}

TEST_F(CredentialsTest, SayWhatToLookAtWhenTheProviderIsAway) {
  make(thing);
  http.answer(503, "away");
  EXPECT_THAT(get().error().text,
              AllOf(HasSubstr("status 503"), HasSubstr("it is tried again"), Not(HasSubstr("thing-name"))));
}

TEST_F(CredentialsTest, SayWhatToLookAtWhenAnAnswerHoldsNone) {
  http.otherwise = [](const HttpRequest&) { return HttpResponse{200, {}, R"({"SecretAccessKey":"hidden"})"}; };
  const auto said = [this](const IotCredentials& iot) {
    make(iot);
    return get().error().text;
  };
  EXPECT_THAT(said(thing), AllOf(HasSubstr("the IoT credentials provider: the answer holds no credentials"),
                                 HasSubstr("iot:CredentialProvider"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(said({}), HasSubstr("give the instance a role"));
  environment = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/role"}};
  EXPECT_THAT(said({}), HasSubstr("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
}

TEST_F(CredentialsTest, SayWhatToLookAtWhenTheContainerHasNoRole) {
  environment = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/role"}};
  make();
  http.answer(404, "").fails(AwsError::unreachable);
  EXPECT_THAT(get().error().text, AllOf(HasSubstr("status 404 for http://169.254.170.2/v2/role; give the task"),
                                        HasSubstr("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")));
  EXPECT_THAT(get().error().text, HasSubstr("give the task"));
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/none/token";
  EXPECT_THAT(get().error().text, AllOf(HasSubstr("/none/token"), HasSubstr("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")));
}

TEST_F(CredentialsTest, ComeFromTheEnvironment) {
  environment = {{"AWS_ACCESS_KEY_ID", "K"}, {"AWS_SECRET_ACCESS_KEY", "S"}, {"AWS_SESSION_TOKEN", "T"}};
  make();
  EXPECT_EQ(get(), (Credentials{"K", "S", "T"}));
}

TEST_F(CredentialsTest, ComeFromTheRoleOfAContainer) {
  environment = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/role"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "pass"}};
  make();
  http.answer(200, R"({"AccessKeyId":"C","SecretAccessKey":"S","Token":"T","Expiration":"2026-01-01T06:00:00Z"})");
  EXPECT_EQ(get()->access_key_id, "C");
  EXPECT_EQ(http.sent[0].url, "http://169.254.170.2/v2/role");
  EXPECT_EQ(header(http.sent[0].headers, "authorization"), "pass");
}

TEST_F(CredentialsTest, ComeFromTheRoleOfTheInstance) {
  make();
  http.answer(200, "token")
      .answer(200, "m2c2-role")
      .answer(200, R"({"AccessKeyId":"I","SecretAccessKey":"S","Token":"T","Expiration":"2026-01-01T06:00:00Z"})");
  EXPECT_EQ(get()->access_key_id, "I");
  EXPECT_EQ(http.sent[2].url, "http://169.254.169.254/latest/meta-data/iam/security-credentials/m2c2-role");
  EXPECT_EQ(header(http.sent[2].headers, "x-aws-ec2-metadata-token"), "token");
}

TEST_F(CredentialsTest, TellASourceThatIsAwayFromOneThatRefuses) {
  environment = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/role"}};
  const std::map<std::string, std::string> none;
  for (const auto& [iot, of] : {std::pair{thing, none}, {{}, environment}, {{}, none}}) {
    environment = of;
    make(iot);
    http.answer(503, "").answer(429, "").answer(404, "").fails(AwsError::stopped);
    EXPECT_EQ(get().error().code, AwsError::unavailable);
    EXPECT_EQ(get().error().code, AwsError::unavailable);
    EXPECT_EQ(get().error().code, AwsError::no_credentials);
    EXPECT_EQ(get().error().code, AwsError::stopped);
  }
}

TEST_F(CredentialsTest, AreFetchedWithinTheirTimeWhateverTheirSource) {
  const std::string any = R"({"AccessKeyId":"I","SecretAccessKey":"S"})";
  SlowHttp slow{loop, [](const HttpRequest&) { return 7s; }, any};
  const Environment of_container = [](const std::string& name) -> std::optional<std::string> {
    if (name != "AWS_CONTAINER_CREDENTIALS_FULL_URI") return std::nullopt;
    return "http://127.0.0.1:1/";
  };
  const Environment of_instance = [](const std::string&) { return std::nullopt; };
  for (const auto& [iot, from] : {std::pair{thing, of_instance}, {{}, of_container}, {{}, of_instance}}) {
    source = make_credentials(slow, loop, iot, from);
    std::optional<Result<Credentials>> got;
    slow.sent.clear();
    loop.spawn(get_into(got));
    loop.advance(15s);
    EXPECT_TRUE(got) << slow.sent[0].url;
    for (const HttpRequest& request : slow.sent) {
      EXPECT_EQ(request.still_for, 5s) << request.url;
      EXPECT_LE(request.answer_within, 15s) << request.url;
    }
  }
}

TEST_F(CredentialsTest, SayAllWaysToGiveThemWhereThereAreNone) {
  make();
  http.fails(AwsError::unreachable);
  EXPECT_THAT(get().error().text, AllOf(HasSubstr("role-alias"), HasSubstr("AWS_ACCESS_KEY_ID")));
}

}  // namespace
}  // namespace m2c2::aws
