// Bodies of GetItem, Query, Scan, PutItem and UpdateItem.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/table.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/error_family.hpp"

namespace m2c2::store::dynamodb {
namespace {

namespace json = boost::json;

json::object key_of(std::string_view job, job::Version version) {
  return {{kJob, text_value(job)}, {kVersion, number_value(version)}};
}

// Names stand behind a #: DynamoDB reserves hundreds of words, more each year.
json::object condition(std::string_view text, json::object names, json::object values = {}) {
  json::object members{{"ConditionExpression", text}, {"ExpressionAttributeNames", std::move(names)}};
  if (!values.empty()) members["ExpressionAttributeValues"] = std::move(values);
  return members;
}

json::object revision_is(std::int64_t revision) {
  return condition("#revision = :revision", json::object{{"#revision", "revision"}},
                   json::object{{":revision", number_value(revision)}});
}

void add(json::object& body, const json::object& members) { body.insert(members.begin(), members.end()); }

const Item* item_in(const json::object& answer) {
  const json::value* item = answer.if_contains("Item");
  return item ? item->if_object() : nullptr;
}

/// Moves the items of a page on; false when it is no such page.
bool take_items(json::object& page, std::vector<Item>& into) {
  json::value* items = page.if_contains("Items");
  if (!items || !items->is_array()) return false;
  for (json::value& item : items->get_array()) {
    if (!item.is_object()) return false;
    into.push_back(std::move(item.get_object()));
  }
  return true;
}

}  // namespace

const char* error_family_name(ApiError) { return "dynamodb"; }

std::string error_text(ApiError error) {
  return error == ApiError::condition_failed ? "the item is not as the request demands" : "DynamoDB failed";
}

std::error_code make_error_code(ApiError error) { return make_family_code(error); }

Result<std::optional<Item>> Table::get(std::string_view job, job::Version version) {
  json::object request = body(job, version);
  request["ConsistentRead"] = true;
  auto answer = api_.call("GetItem", request);
  if (!answer) return std::unexpected{std::move(answer).error()};
  const Item* item = item_in(*answer);
  if (!item && answer->contains("Item")) return unreadable("GetItem");
  return item ? std::optional{*item} : std::nullopt;
}

Result<bool> Table::has(std::string_view job, job::Version version) {
  json::object request = body(job, version);
  request["ConsistentRead"] = true;
  request["ProjectionExpression"] = "#version";
  request["ExpressionAttributeNames"] = json::object{{"#version", kVersion}};
  auto answer = api_.call("GetItem", request);
  if (!answer) return std::unexpected{std::move(answer).error()};
  return answer->contains("Item");
}

Result<std::vector<Item>> Table::all_of(std::string_view job) {
  json::object request = query(job);
  request["Limit"] = 1;  // one may be as large as an item can be, and the line slow
  return pages("Query", std::move(request));
}

Result<std::optional<Item>> Table::last_of(std::string_view job) {
  json::object request = query(job);
  request["KeyConditionExpression"] = "#jobid = :jobid AND #version > :head";
  request["ExpressionAttributeNames"].as_object()["#version"] = kVersion;
  request["ExpressionAttributeValues"].as_object()[":head"] = number_value(std::int64_t{0});
  request["ScanIndexForward"] = false;
  request["Limit"] = 1;
  auto answer = api_.call("Query", request);
  if (!answer) return std::unexpected{std::move(answer).error()};
  std::vector<Item> items;
  if (!take_items(*answer, items)) return unreadable("Query");
  return items.empty() ? std::nullopt : std::optional{std::move(items.front())};
}

Result<std::vector<Item>> Table::all_with(job::Version version) {
  return pages("Scan", {{"TableName", name_},
                        {"ConsistentRead", true},
                        {"FilterExpression", "#version = :version"},
                        {"ExpressionAttributeNames", json::object{{"#version", kVersion}}},
                        {"ExpressionAttributeValues", json::object{{":version", number_value(version)}}}});
}

Result<> Table::put(const Item& item) { return change("PutItem", {{"TableName", name_}, {"Item", item}}); }

Result<> Table::put_new(const Item& item) {
  json::object request{{"TableName", name_}, {"Item", item}};
  add(request, condition("attribute_not_exists(#jobid)", json::object{{"#jobid", kJob}}));
  return change("PutItem", request);
}

Result<> Table::replace(const Item& item, std::int64_t revision) {
  json::object request{{"TableName", name_}, {"Item", item}};
  add(request, revision_is(revision));
  return change("PutItem", request);
}

Result<> Table::remove(std::string_view attribute, std::string_view job, job::Version version, std::int64_t revision) {
  json::object request = body(job, version);
  add(request, revision_is(revision));
  request["UpdateExpression"] = "REMOVE #removed";
  request["ExpressionAttributeNames"].as_object()["#removed"] = attribute;
  return change("UpdateItem", request);
}

json::object Table::body(std::string_view job, job::Version version) const {
  return {{"TableName", name_}, {"Key", key_of(job, version)}};
}

json::object Table::query(std::string_view job) const {
  return {{"TableName", name_},
          {"ConsistentRead", true},
          {"KeyConditionExpression", "#jobid = :jobid"},
          {"ExpressionAttributeNames", json::object{{"#jobid", kJob}}},
          {"ExpressionAttributeValues", json::object{{":jobid", text_value(job)}}}};
}

Result<> Table::change(std::string_view operation, const json::object& body) {
  auto answer = api_.call(operation, body);
  if (!answer) return std::unexpected{std::move(answer).error()};
  return {};
}

Result<std::vector<Item>> Table::pages(std::string_view operation, json::object body) {
  std::vector<Item> items;
  for (;;) {
    auto page = api_.call(operation, body);
    if (!page) return std::unexpected{std::move(page).error()};
    if (!take_items(*page, items)) return unreadable(operation);
    const json::value* last = page->if_contains("LastEvaluatedKey");
    if (!last) return items;
    if (!last->is_object()) return unreadable(operation);
    body["ExclusiveStartKey"] = *last;
  }
}

std::unexpected<Error> Table::unreadable(std::string_view operation) const {
  return fail(ApiError::failed,
              fmt::format("the job store dynamodb:{}: the answer to {} is none that DynamoDB gives; check that the "
                          "endpoint is DynamoDB's",
                          name_, operation));
}

}  // namespace m2c2::store::dynamodb
