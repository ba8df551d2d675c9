// Attribute values in and out.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/attributes.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/json_text.hpp"
#include "store/job_store.hpp"

namespace m2c2::store::dynamodb {
namespace {

namespace json = boost::json;

constexpr int kMostDepth = 40;  // DynamoDB's own limit is 32

json::value typed(std::string_view type, json::value value) { return json::object{{type, std::move(value)}}; }

template <class Number>
json::value decimal(Number number) {
  std::string text;
  append_json_number(text, number);
  return typed("N", json::string{text});
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::optional<json::value> plain_number(std::string_view text) {
  if (const auto integer = number_in<std::int64_t>(text)) return *integer;
  const auto real = number_in<double>(text);
  if (!real || !std::isfinite(*real)) return {};
  return *real;
}

std::optional<json::value> plain_of(const json::value& attribute, int depth);

std::optional<json::value> plain_array(const json::array& list, int depth) {
  json::array plain;
  for (const json::value& each : list) {
    auto value = plain_of(each, depth);
    if (!value) return {};
    plain.push_back(*std::move(value));
  }
  return plain;
}

std::optional<json::value> plain_object(const json::object& map, int depth) {
  json::object plain;
  for (const auto& [name, each] : map) {
    auto value = plain_of(each, depth);
    if (!value) return {};
    plain.insert_or_assign(name, *std::move(value));
  }
  return plain;
}

/// The reverse of attribute_of(); nothing for what it never gives.
std::optional<json::value> plain_of(const json::value& attribute, int depth) {
  const json::object* object = attribute.if_object();
  if (!object || object->size() != 1 || depth > kMostDepth) return {};
  const std::string_view type = object->begin()->key();
  const json::value& value = object->begin()->value();
  if (type == "S" && value.is_string()) return value;
  if (type == "N" && value.is_string()) return plain_number(value.get_string());
  if (type == "BOOL" && value.is_bool()) return value;
  if (type == "NULL") return json::value(nullptr);  // braces would make an array of it
  if (type == "L" && value.is_array()) return plain_array(value.get_array(), depth + 1);
  if (type == "M" && value.is_object()) return plain_object(value.get_object(), depth + 1);
  return {};
}

std::size_t size_of_value(const json::value& attribute) {
  constexpr std::size_t kNested = 3;  // of a list or map, and one byte for each value in it
  const json::value& value = attribute.get_object().begin()->value();
  if (value.is_string()) return value.get_string().size() + 1;
  if (value.is_object()) return kNested + size_of(value.get_object());
  std::size_t size = kNested;
  if (value.is_array())
    for (const json::value& each : value.get_array()) size += 1 + size_of_value(each);
  return size;
}

}  // namespace

json::value text_value(std::string_view text) { return typed("S", json::string{text}); }
json::value number_value(std::int64_t number) { return decimal(number); }
json::value number_value(double number) { return decimal(number); }
json::value flag_value(bool flag) { return typed("BOOL", flag); }

json::value texts_value(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts) list.push_back(text_value(text));
  return typed("L", std::move(list));
}

json::value attribute_of(const json::value& plain) {
  switch (plain.kind()) {
    case json::kind::string:
      return typed("S", plain);
    case json::kind::int64:
      return decimal(plain.get_int64());
    case json::kind::uint64:
      return decimal(plain.get_uint64());
    case json::kind::double_:
      return decimal(plain.get_double());
    case json::kind::bool_:
      return typed("BOOL", plain);
    case json::kind::null:
      return typed("NULL", true);
    case json::kind::array: {
      json::array list;
      for (const json::value& each : plain.get_array()) list.push_back(attribute_of(each));
      return typed("L", std::move(list));
    }
    case json::kind::object: {
      json::object map;
      for (const auto& [name, each] : plain.get_object()) map.emplace(name, attribute_of(each));
      return typed("M", std::move(map));
    }
  }
  return typed("NULL", true);
}

std::size_t size_of(const Item& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item) size += name.size() + 1 + size_of_value(value);
  return size;
}

const json::value* ItemReader::find(std::string_view name, std::string_view type) {
  const json::value* attribute = item_.if_contains(name);
  if (!attribute) {
    refuse(name, "is missing");
    return nullptr;
  }
  const json::object* object = attribute->if_object();
  const json::value* value = object ? object->if_contains(type) : nullptr;
  if (!value) refuse(name, fmt::format("is not of type {}", type));
  return value;
}

std::string ItemReader::text(std::string_view name) {
  const json::value* value = find(name, "S");
  if (!value) return {};
  if (value->is_string()) return std::string{value->get_string()};
  refuse(name, "is no text");
  return {};
}

std::int64_t ItemReader::integer(std::string_view name) {
  const json::value* value = find(name, "N");
  if (!value) return 0;
  const auto number = value->is_string() ? number_in<std::int64_t>(value->get_string()) : std::nullopt;
  if (!number) refuse(name, "is no whole number of 64 bits");
  return number.value_or(0);
}

double ItemReader::real(std::string_view name) {
  const json::value* value = find(name, "N");
  if (!value) return 0;
  const auto number = value->is_string() ? number_in<double>(value->get_string()) : std::nullopt;
  if (number && std::isfinite(*number)) return *number;
  refuse(name, "is no number");
  return 0;
}

std::optional<std::int64_t> ItemReader::maybe_integer(std::string_view name) {
  if (!has(name)) return {};
  return integer(name);
}

std::optional<bool> ItemReader::maybe_flag(std::string_view name) {
  if (!has(name)) return {};
  const json::value* value = find(name, "BOOL");
  if (value && value->is_bool()) return value->get_bool();
  refuse(name, "is neither true nor false");
  return {};
}

std::vector<std::string> ItemReader::texts(std::string_view name) {
  std::vector<std::string> texts;
  const json::value* list = find(name, "L");
  if (!list) return texts;
  const auto plain = list->is_array() ? plain_array(list->get_array(), 0) : std::nullopt;
  if (!plain) refuse(name, "is no list");
  else
    for (const json::value& each : plain->get_array()) {
      if (!each.is_string()) refuse(name, "is no list of texts");
      else texts.emplace_back(each.get_string());
    }
  return texts;
}

json::object ItemReader::plain_map(std::string_view name) {
  const json::value* map = find(name, "M");
  if (!map) return {};
  auto plain = map->is_object() ? plain_object(map->get_object(), 0) : std::nullopt;
  if (plain) return std::move(plain->get_object());
  refuse(name, "holds a value that no JSON document has");
  return {};
}

Item ItemReader::map(std::string_view name) {
  const json::value* map = find(name, "M");
  if (!map) return {};
  if (map->is_object()) return map->get_object();
  refuse(name, "is no map");
  return {};
}

void ItemReader::refuse(std::string_view name, std::string_view what) {
  if (fault_.empty()) fault_ = fmt::format("attribute {} {}", name, what);
}

std::unexpected<Error> ItemReader::failure() const {
  const auto key = [this](std::string_view name) {
    const json::value* value = item_.if_contains(name);
    return value ? plain_of(*value, 0).value_or("?") : json::value("?");
  };
  const json::value job = key(kJob);
  const json::value version = key(kVersion);
  std::string number = "?";
  if (version.is_int64()) number = std::to_string(version.get_int64());
  return fail(
      StoreError::failed,
      fmt::format("the job store dynamodb:{}: the item with {} \"{}\" and {} {} is damaged: its {}; put it right "
                  "from a backup, or delete it and deploy the job again",
                  table_, kJob, job.is_string() ? std::string_view{job.get_string()} : "?", kVersion, number, fault_));
}

}  // namespace m2c2::store::dynamodb
