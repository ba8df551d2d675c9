// HTTP there and back, and what to do about each refusal.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "job/json.hpp"
#include "store/dynamodb/dynamo_store.hpp"

namespace m2c2::store {
namespace dynamodb {
namespace {

using Answer = Result<aws::HttpResponse>;

constexpr job::JsonLimits kAnswer{.bytes = 16 * 1024 * 1024, .depth = 96};  // 32 levels, each wrapped in its type

net::Task<> carry_out(aws::Client& client, aws::Call call, std::shared_ptr<std::promise<Answer>> answer) {
  answer->set_value(co_await client.call(std::move(call)));
}

aws::ServiceOptions service_options(const DynamoOptions& options) {
  return {.service = "dynamodb",
          .region = options.region,
          .endpoint = options.endpoint,
          .ca_file = options.ca_file,
          .attempts = options.attempts,
          .answer_within = options.answer_within,
          .call_within = options.call_within,
          .first_back_off = options.first_back_off};
}

std::string create_table(std::string_view table, std::string_view region) {
  return fmt::format(
      "make it: aws dynamodb create-table --region {} --table-name {} --billing-mode PAY_PER_REQUEST "
      "--attribute-definitions AttributeName=jobid,AttributeType=S AttributeName=version,AttributeType=N "
      "--key-schema AttributeName=jobid,KeyType=HASH AttributeName=version,KeyType=RANGE",
      region, table);
}

}  // namespace

Connection::Connection(std::unique_ptr<aws::Http> http, const DynamoOptions& options)
    : table_{options.table},
      pause_{options.pause},
      client_{std::move(http), loop_, options.credentials, options.environment, service_options(options)},
      thread_{[this] { loop_.run(); }} {}

Connection::~Connection() {
  stop();
  loop_.stop();
  thread_.join();
}

Result<boost::json::object> Connection::call(std::string_view operation, const boost::json::object& body) {
  if (loop_.steady() < paused_until_) return std::unexpected{why_};
  const auto answer = std::make_shared<std::promise<Answer>>();
  auto answered = answer->get_future();
  loop_.post([this, answer, request = call_of(operation, body)] { loop_.spawn(carry_out(client_, request, answer)); });
  const Answer response = answered.get();
  if (!response) return pause_after(response.error(), operation == "PutItem" || operation == "UpdateItem");
  return response->is_success() ? read(*response) : refusal(*response);
}

aws::Call Connection::call_of(std::string_view operation, const boost::json::object& body) const {
  return {.headers = {{"content-type", "application/x-amz-json-1.0"},
                      {"x-amz-target", fmt::format("DynamoDB_20120810.{}", operation)}},
          .body = job::to_json(body)};
}

/// Not after a change that DynamoDB answered: it may have been made, and the next call is to find that out.
std::unexpected<Error> Connection::pause_after(const Error& error, bool was_change) {
  using aws::AwsError;
  auto refused = refuse(error.text, remedy_for(error));
  if (error.code == AwsError::unreachable || error.code == AwsError::timed_out ||
      error.code == AwsError::no_credentials || (error.code == AwsError::unavailable && !was_change)) {
    why_ = refused.error();
    paused_until_ = loop_.steady() + pause_;
  }
  return refused;
}

/// The loop runs as long as this does, so that whoever waits for a call gets its end.
void Connection::stop() {
  loop_.post([this] { client_.stop(); });
}

Result<boost::json::object> Connection::read(const aws::HttpResponse& response) const {
  auto body = job::read_json_object(response.body, kAnswer);
  if (body) return *std::move(body);
  return refuse("the answer is none that DynamoDB gives: " + body.error(), "check that the endpoint is DynamoDB's");
}

std::unexpected<Error> Connection::refusal(const aws::HttpResponse& response) const {
  const aws::Refusal refusal = aws::refusal_of(response);
  if (refusal.type == "ConditionalCheckFailedException") return fail(ApiError::condition_failed);
  const Error error = aws::error_of(client_.options(), response);
  if (refusal.type == "ResourceNotFoundException")
    return refuse(error.text, create_table(table_, client_.options().region));
  if (refusal.type == "ValidationException" && refusal.message.contains("key"))
    return refuse(error.text, "the table's key must be jobid (S, HASH) and version (N, RANGE)");
  return refuse(error.text, remedy_for(error));
}

std::unexpected<Error> Connection::refuse(std::string_view why, std::string_view remedy) const {
  return fail(ApiError::failed,
              fmt::format("the job store dynamodb:{}: {}{}{}", table_, why, remedy.empty() ? "" : "; ", remedy));
}

std::string_view Connection::remedy_for(const Error& error) const {
  if (error.code == aws::AwsError::denied)
    return "it takes dynamodb:GetItem, PutItem, UpdateItem, Query and Scan on that table";
  if (error.code == aws::AwsError::unreachable || error.code == aws::AwsError::timed_out)
    return "check the region, the endpoint and this machine's way to it";
  return {};
}

}  // namespace dynamodb

Result<std::unique_ptr<JobStore>> open_dynamodb_store(const DynamoOptions& options) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  if (options.table.size() < 3 || options.table.size() > 255 || !std::ranges::all_of(options.table, is_fit))
    return fail(StoreError::failed,
                fmt::format("the job store dynamodb:{}: the name of a table is 3 to 255 of a-z, A-Z, 0-9, . _ and -",
                            options.table));
  if (options.region.empty())
    return fail(StoreError::failed, fmt::format("the job store dynamodb:{}: name the region that the table is in, "
                                                "such as region = \"eu-central-1\" in [aws]",
                                                options.table));
  auto connection = std::make_unique<dynamodb::Connection>(aws::make_http(), options);
  return std::make_unique<dynamodb::DynamoStore>(std::move(connection), options.table);
}

}  // namespace m2c2::store
