// A DynamoDB table that a test plays: it knows the requests that the job store makes and refuses every other, gives
// short pages, and fails when told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "store/dynamodb/api.hpp"

namespace m2c2::test {

/// Safe from any thread.
class FakeDynamoDb {
 public:
  using Object = boost::json::object;
  using Key = std::pair<std::string, std::int64_t>;

  Result<Object> execute(std::string_view operation, const Object& body) {
    const std::scoped_lock lock{mutex_};
    EXPECT_EQ(text_at(body, "TableName"), "m2c2-jobs");
    if (operation == "GetItem") return get(body);
    if (operation == "PutItem") return put(body);
    if (operation == "UpdateItem") return update(body);
    if (operation == "Query") return query(body);
    if (operation == "Scan") return scan(body);
    ADD_FAILURE() << "no such operation: " << operation;
    return fail(store::dynamodb::ApiError::failed);
  }

  std::map<Key, Object> items;

 private:
  static constexpr std::size_t kMostItemBytes = 400 * 1024;

  static std::string text_at(const Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value ? std::string{value->as_string()} : "";
  }
  static std::string text_of(const boost::json::value& attribute) {
    return std::string{attribute.as_object().at("S").as_string()};
  }
  static std::int64_t number_of(const boost::json::value& attribute) {
    return std::stoll(attribute.as_object().at("N").as_string().c_str());
  }
  static Key key_of(const Object& item) { return {text_of(item.at("jobid")), number_of(item.at("version"))}; }

  /// A name or a value that an expression uses; what is given and not used is refused, as DynamoDB does.
  static std::string name(const Object& body, std::string_view placeholder) {
    return text_at(body.at("ExpressionAttributeNames").as_object(), placeholder);
  }
  static const boost::json::value& value(const Object& body, std::string_view placeholder) {
    return body.at("ExpressionAttributeValues").as_object().at(placeholder);
  }

  bool meets(const Object& body, const Key& key) const {
    const std::string condition = text_at(body, "ConditionExpression");
    if (condition.empty()) return true;
    const auto found = items.find(key);
    if (condition == "attribute_not_exists(#jobid)") {
      EXPECT_EQ(name(body, "#jobid"), "jobid");
      return found == items.end();
    }
    EXPECT_EQ(condition, "#revision = :revision");
    EXPECT_EQ(name(body, "#revision"), "revision");
    return found != items.end() && found->second.contains("revision") &&
           found->second.at("revision") == value(body, ":revision");
  }

  Result<Object> get(const Object& body) {
    EXPECT_TRUE(body.at("ConsistentRead").as_bool());
    const auto found = items.find(key_of(body.at("Key").as_object()));
    Object answer;
    if (found != items.end()) answer["Item"] = found->second;
    return answer;
  }

  Result<Object> put(const Object& body) {
    const Object& item = body.at("Item").as_object();
    EXPECT_LT(boost::json::serialize(item).size(), kMostItemBytes);
    if (!meets(body, key_of(item))) return fail(store::dynamodb::ApiError::condition_failed);
    items[key_of(item)] = item;
    return Object{};
  }

  Result<Object> update(const Object& body) {
    const Key key = key_of(body.at("Key").as_object());
    if (!meets(body, key)) return fail(store::dynamodb::ApiError::condition_failed);
    EXPECT_EQ(text_at(body, "UpdateExpression"), "REMOVE #removed");
    items.at(key).erase(name(body, "#removed"));
    return Object{};
  }

  Result<Object> query(const Object& body) {
    EXPECT_TRUE(body.at("ConsistentRead").as_bool());
    EXPECT_EQ(name(body, "#jobid"), "jobid");
    const std::string job = text_of(value(body, ":jobid"));
    EXPECT_EQ(body.at("Limit"), 1);
    if (body.contains("ScanIndexForward")) return last_above_zero(body, job);
    EXPECT_EQ(text_at(body, "KeyConditionExpression"), "#jobid = :jobid");
    return pages(body, 1, [&](const Key& key) { return key.first == job; }, [](const Key&) { return true; });
  }

  Result<Object> last_above_zero(const Object& body, const std::string& job) {
    EXPECT_EQ(text_at(body, "KeyConditionExpression"), "#jobid = :jobid AND #version > :head");
    EXPECT_EQ(number_of(value(body, ":head")), 0);
    EXPECT_FALSE(body.at("ScanIndexForward").as_bool());
    Object answer{{"Items", boost::json::array{}}};
    auto after = items.upper_bound(Key{job, INT64_MAX});
    if (after != items.begin() && std::prev(after)->first.first == job && std::prev(after)->first.second > 0)
      answer["Items"].as_array().push_back(std::prev(after)->second);
    return answer;
  }

  Result<Object> scan(const Object& body) {
    EXPECT_TRUE(body.at("ConsistentRead").as_bool());
    EXPECT_EQ(text_at(body, "FilterExpression"), "#version = :version");
    EXPECT_EQ(name(body, "#version"), "version");
    const std::int64_t version = number_of(value(body, ":version"));
    return pages(body, 2, [](const Key&) { return true; }, [&](const Key& key) { return key.second == version; });
  }

  /// As DynamoDB does: the filter comes after the page, so that a page may be empty and not the last.
  Result<Object> pages(const Object& body, std::size_t page, const auto& is_looked_at, const auto& passes) {
    Object answer{{"Items", boost::json::array{}}};
    auto at = items.begin();
    if (body.contains("ExclusiveStartKey")) at = items.upper_bound(key_of(body.at("ExclusiveStartKey").as_object()));
    std::size_t looked_at = 0;
    for (; at != items.end() && looked_at < page; ++at) {
      if (!is_looked_at(at->first)) continue;
      ++looked_at;
      if (passes(at->first)) answer["Items"].as_array().push_back(at->second);
      if (looked_at == page)
        answer["LastEvaluatedKey"] = Object{{"jobid", at->second.at("jobid")}, {"version", at->second.at("version")}};
    }
    return answer;
  }

  std::mutex mutex_;
};

/// What goes wrong with one request on its way.
enum class Fault {
  lost_request,  ///< it never arrives
  lost_answer,   ///< it is carried out, and nobody hears of it
  second_try,    ///< the answer is lost and the request tried again; `between` happens meanwhile
};

/// A builder's connection to a FakeDynamoDb.
class FaultyApi final : public store::dynamodb::Api {
 public:
  explicit FaultyApi(FakeDynamoDb& server) : server_{server} {}

  Result<boost::json::object> call(std::string_view operation, const boost::json::object& body) override {
    const std::size_t number = calls++;
    if (before) before(number);
    if (number == fails_at) return fail_with(operation, body);
    if (number > fails_at && dies) return lost();
    return server_.execute(operation, body);
  }
  void stop() override { dies = true; }

  std::size_t calls = 0;
  std::size_t fails_at = SIZE_MAX;  ///< number of a call, from 0
  Fault fault = Fault::lost_request;
  bool dies = false;  ///< no request arrives after the one that failed
  std::function<void()> between;
  std::function<void(std::size_t number)> before;  ///< each call

 private:
  static std::unexpected<Error> lost() { return m2c2::fail(store::dynamodb::ApiError::failed, "connection lost"); }

  Result<boost::json::object> fail_with(std::string_view operation, const boost::json::object& body) {
    if (fault == Fault::lost_request) return lost();
    auto first = server_.execute(operation, body);
    if (fault == Fault::lost_answer) return lost();
    if (between) between();
    return server_.execute(operation, body);
  }

  FakeDynamoDb& server_;
};

}  // namespace m2c2::test
