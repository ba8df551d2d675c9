// Requests as DynamoDB wants them, and what is said of each refusal.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/connection.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>

#include "aws/scripted_http_test.hpp"

namespace m2c2::store::dynamodb {
namespace {

using aws::AwsError;
using testing::AllOf;
using testing::HasSubstr;

DynamoOptions options() {
  return {.table = "m2c2-jobs",
          .region = "eu-central-1",
          .endpoint = "http://127.0.0.1:8000",
          .environment = [](const std::string& name) -> std::optional<std::string> {
            if (name == "AWS_ACCESS_KEY_ID") return "AKIDEXAMPLE";
            if (name == "AWS_SECRET_ACCESS_KEY") return "secret";
            return {};
          },
          .attempts = 1,
          .pause = Duration::zero()};
}

class DynamoConnection : public testing::Test {
 protected:
  DynamoConnection() { connect(options()); }
  void connect(const DynamoOptions& how) {
    auto http = std::make_unique<aws::ScriptedHttp>();
    http_ = http.get();
    connection_ = std::make_unique<Connection>(std::move(http), how);
  }

  Result<boost::json::object> get() { return connection_->call("GetItem", {{"TableName", "m2c2-jobs"}}); }
  /// What is said when DynamoDB answers so.
  std::string text_after(int status, std::string_view type, std::string_view message) {
    http_->answer(status, boost::json::serialize(boost::json::object{{"__type", type}, {"message", message}}));
    const auto answer = get();
    EXPECT_FALSE(answer);
    return answer ? "" : answer.error().text;
  }

  aws::ScriptedHttp* http_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

TEST_F(DynamoConnection, SpeaksDynamoDbsProtocol) {
  http_->answer(200, R"({"Item": {"jobid": {"S": "press"}}})");
  const auto answer = get();
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->at("Item").at("jobid").at("S"), "press");
  ASSERT_EQ(http_->sent.size(), 1U);
  const aws::HttpRequest& request = http_->sent[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:8000/");
  EXPECT_EQ(request.body, R"({"TableName":"m2c2-jobs"})");
  EXPECT_EQ(aws::header(request.headers, "content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(aws::header(request.headers, "x-amz-target"), "DynamoDB_20120810.GetItem");
  EXPECT_THAT(std::string{aws::header(request.headers, "authorization")}, HasSubstr("/eu-central-1/dynamodb/"));
}

TEST_F(DynamoConnection, TellsAFailedConditionFromAFailure) {
  http_->answer(400, R"({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"})");
  EXPECT_EQ(get().error().code, ApiError::condition_failed);
  http_->answer(500, "{}");
  EXPECT_EQ(get().error().code, ApiError::failed);
}

TEST_F(DynamoConnection, SaysHowToMakeATableThatIsNotThere) {
  EXPECT_THAT(text_after(400, "ResourceNotFoundException", "Requested resource not found"),
              AllOf(HasSubstr("dynamodb:m2c2-jobs"),
                    HasSubstr("aws dynamodb create-table --region eu-central-1 "
                              "--table-name m2c2-jobs"),
                    HasSubstr("AttributeName=jobid,KeyType=HASH AttributeName=version,KeyType=RANGE")));
}

TEST_F(DynamoConnection, SaysWhichKeyTheTableMustHave) {
  EXPECT_THAT(text_after(400, "ValidationException", "The provided key element does not match the schema"),
              HasSubstr("must be jobid (S, HASH) and version (N, RANGE)"));
}

TEST_F(DynamoConnection, SaysWhichPermissionsItTakes) {
  EXPECT_THAT(text_after(400, "AccessDeniedException", "User: x is not authorized to perform: dynamodb:PutItem"),
              AllOf(HasSubstr("dynamodb:PutItem"), HasSubstr("dynamodb:GetItem, PutItem, UpdateItem, Query and Scan")));
}

TEST_F(DynamoConnection, SaysThatItIsThrottledOrUnreachable) {
  EXPECT_THAT(text_after(400, "ProvisionedThroughputExceededException", "The level of … was exceeded"),
              AllOf(HasSubstr("dynamodb:m2c2-jobs"), HasSubstr("ProvisionedThroughputExceededException")));
  http_->fails(AwsError::unreachable);
  EXPECT_THAT(get().error().text, AllOf(HasSubstr("dynamodb:m2c2-jobs"), HasSubstr("check the region, the endpoint")));
}

TEST_F(DynamoConnection, AnswersForDynamoDbWhileItIsAwaySoThatNobodyWaitsForEachCall) {
  DynamoOptions patient = options();
  patient.pause = std::chrono::hours{1};
  connect(patient);
  http_->answer(400, R"({"__type": "ConditionalCheckFailedException"})").fails(AwsError::timed_out).answer(200, "{}");
  EXPECT_FALSE(get());
  const auto away = get();
  const auto again = get();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().text, away.error().text);
  EXPECT_EQ(http_->sent.size(), 2U) << "it was not asked again";
}

TEST_F(DynamoConnection, AsksOnAfterAChangeThatMayHaveBeenMadeInSpiteOfItsAnswer) {
  DynamoOptions patient = options();
  patient.pause = std::chrono::hours{1};
  connect(patient);
  http_->fails(AwsError::unavailable).answer(200, "{}");
  EXPECT_FALSE(connection_->call("PutItem", {}));
  EXPECT_TRUE(get());
}

TEST_F(DynamoConnection, IsOverInTimeHoweverOftenItMayTry) {
  DynamoOptions often = options();
  often.attempts = 1'000'000;
  often.call_within = std::chrono::milliseconds{100};
  often.first_back_off = std::chrono::milliseconds{1};
  connect(often);
  http_->otherwise = [](const aws::HttpRequest&) { return aws::HttpResponse{503, {}, "{}"}; };
  EXPECT_THAT(get().error().text, HasSubstr("HTTP status 503"));
}

TEST_F(DynamoConnection, RefusesAnAnswerOfAnotherProgram) {
  http_->answer(200, "<html>Sign in</html>");
  EXPECT_THAT(get().error().text, HasSubstr("check that the endpoint is DynamoDB's"));
}

/// Answers nothing; a test can wait until it was asked.
class SilentHttp final : public aws::Http {
 public:
  void send(aws::HttpRequest, Done done) override {
    const std::scoped_lock lock{mutex_};
    waiting_ = std::move(done);
    asked_.notify_all();
  }
  void stop() override {
    const std::scoped_lock lock{mutex_};
    if (waiting_) std::exchange(waiting_, nullptr)(fail(AwsError::stopped));
  }
  void await_request() {
    std::unique_lock lock{mutex_};
    asked_.wait(lock, [this] { return waiting_ != nullptr; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable asked_;
  Done waiting_;
};

TEST(DynamoConnectionStop, EndsACallThatIsWaitedFor) {
  auto http = std::make_unique<SilentHttp>();
  SilentHttp& silent = *http;
  Connection connection{std::move(http), options()};
  std::thread stopper{[&] {
    silent.await_request();
    connection.stop();
  }};
  EXPECT_FALSE(connection.call("GetItem", {}));
  stopper.join();
  EXPECT_FALSE(connection.call("GetItem", {})) << "and those that come later";
}

TEST(DynamoOptionsCheck, NamesWhatIsWrong) {
  DynamoOptions wrong = options();
  wrong.table = "my table";
  EXPECT_THAT(open_dynamodb_store(wrong).error().text, HasSubstr("dynamodb:my table: the name of a table"));
  wrong = options();
  wrong.region = "";
  EXPECT_THAT(open_dynamodb_store(wrong).error().text, HasSubstr("region = \"eu-central-1\" in [aws]"));
}

}  // namespace
}  // namespace m2c2::store::dynamodb
