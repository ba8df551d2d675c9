// Reads one member by its rule, or says what was found and what to give.
// SPDX-License-Identifier: Apache-2.0
#include "job/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/hex.hpp"

namespace m2c2::job {
namespace {

/// Nothing for what is no integer; for one beyond std::int64_t the largest there is, which is out of every range.
std::optional<std::int64_t> integer_in(const boost::json::value& value) {
  if (const auto* number = value.if_int64()) return *number;
  if (value.is_uint64()) return std::numeric_limits<std::int64_t>::max();
  return {};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string Integer::expected() const {
  const auto range = fmt::format("an integer from {} to {}", least, most);
  return also ? fmt::format("{}, or {}", range, *also) : range;
}

std::optional<std::int64_t> Integer::read(const Field& field) const {
  const auto value = integer_in(field.value);
  if (!value) {
    field.not_a("integer", expected());
    return {};
  }
  if (value == also || (*value >= least && *value <= most)) return value;
  field.out_of_range(expected());
  return {};
}

std::string Number::expected() const { return fmt::format("a number from {} to {}", least, most); }

bool Number::read(const Field& field, double& out) const {
  boost::json::error_code not_a_number;
  const double value = field.value.to_number<double>(not_a_number);
  if (not_a_number) {
    field.not_a("number", expected());
    return false;
  }
  const bool right = value >= least && value <= most;
  if (right) out = value;
  else field.out_of_range(expected());
  return right;
}

bool Boolean::read(const Field& field, bool& out) const {
  const bool* value = field.value.if_bool();
  if (value) out = *value;
  else field.not_a("boolean", expected());
  return value != nullptr;
}

std::optional<std::string_view> Text::read(const Field& field) const {
  const auto* text = field.value.if_string();
  if (!text) {
    field.not_a("string", what);
    return {};
  }
  if (const auto fault = fault_in ? fault_in(*text) : std::nullopt) {
    field.refuse(fmt::format("{} {}", shown(field.value), *fault));
    return {};
  }
  return std::string_view{*text};
}

std::string VersionRule::expected() const {
  return fmt::format("an integer from 1 to {}, such as 2 or '2'", kMostVersion);
}

bool VersionRule::read(const Field& field, Version& out) const {
  const auto* text = field.value.if_string();
  const auto spelled = text ? parse_decimal(*text) : std::nullopt;
  const auto value = spelled ? static_cast<std::int64_t>(*spelled) : integer_in(field.value);
  if (!value) {
    field.not_a("integer", expected());
    return false;
  }
  const bool right = *value >= 1 && *value <= kMostVersion;
  if (right) out = *value;
  else field.out_of_range(expected());
  return right;
}

bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string either(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += fmt::format("'{}'", words[i]);
  }
  return text;
}

std::optional<Object> as_object(const Field& field, std::string_view expected) {
  if (const auto* members = field.value.if_object())
    return std::optional<Object>{std::in_place, *members, field.path, field.problems};
  field.not_a("object", expected);
  return {};
}

std::optional<Object> required_object(const Object& parent, std::string_view key, std::string_view expected) {
  if (const auto field = parent.find(key)) return as_object(*field, expected);
  parent.missing(key, expected);
  return {};
}

std::optional<Array> as_array(const Field& field, std::string_view expected) {
  if (const auto* elements = field.value.if_array()) return Array{*elements, field.path, field.problems};
  field.not_a("array", expected);
  return {};
}

std::optional<Array> required_list(const Object& parent, std::string_view key, std::string_view expected) {
  const auto field = parent.find(key);
  if (!field) {
    parent.missing(key, expected);
    return {};
  }
  const auto list = as_array(*field, expected);
  if (!list || list->size() > 0) return list;
  field->refuse(fmt::format("Found an empty array; give {}", expected));
  return {};
}

std::optional<Array> optional_list(const Object& parent, std::string_view key, std::string_view expected) {
  const auto field = parent.find(key);
  return field ? as_array(*field, expected) : std::nullopt;
}

}  // namespace m2c2::job
