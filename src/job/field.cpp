// The sentences about what is wrong in a document.
// SPDX-License-Identifier: Apache-2.0
#include "job/field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/edit_distance.hpp"
#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace m2c2::job {
namespace json = boost::json;
namespace {

constexpr std::size_t kShownCharacters = 60;

std::string shown_number(double value) {
  if (!std::isfinite(value)) return "a number above 1e308";
  std::string text;
  append_json_number(text, value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";  // told from the integer
  return text;
}

/// Remarks of people and keys of tools ("_comment", "$schema"), and what a pull adds, are meant to be ignored.
bool is_remark(std::string_view key) { return key.starts_with('_') || key.starts_with('$'); }

}  // namespace

std::string to_text(const Path& path) {
  std::string text = path.parent ? to_text(*path.parent) : std::string{};
  if (path.index != Path::kNoIndex) return fmt::format("{}[{}]", text, path.index);
  if (!text.empty() && !path.key.empty()) text.push_back('.');
  return text.append(path.key);
}

std::string name_of(const Path& path) {
  if (path.index == Path::kNoIndex) return std::string{path.key};
  return fmt::format("{}[{}]", path.parent ? name_of(*path.parent) : "", path.index);
}

void Problems::add(const Path& at, std::string message) {
  if (!full()) found_.push_back({to_text(at), std::move(message)});
}

void Problems::ignore(const Path& at, std::span<const std::string_view> absent) {
  if (notes_.size() >= kMostNotes) {
    ++untold_;
    return;
  }
  const std::string key = shown(at.key);
  const auto meant = likely_meant(at.key, absent);
  notes_.push_back(fmt::format("{} is not known and is ignored{}", to_text({.parent = at.parent, .key = key}),
                               meant ? fmt::format("; did you mean {}?", *meant) : ""));
}

std::vector<std::string> Problems::take_notes() {
  if (untold_ > 0) notes_.push_back(fmt::format("{} more members are not known and are ignored", untold_));
  untold_ = 0;
  return std::move(notes_);
}

std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t n = 0; !text.empty(); ++n) {
    if (n == kShownCharacters) return out + "…";
    const auto before = text;
    const auto point = take_code_point(text);
    if (!point) text.remove_prefix(1);
    if (point && !is_control(*point)) out.append(before.substr(0, before.size() - text.size()));
    else out.push_back('?');
  }
  return out;
}

std::string shown(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
      return fmt::to_string(value.get_int64());
    case json::kind::uint64:
      return fmt::to_string(value.get_uint64());
    case json::kind::double_:
      return shown_number(value.get_double());
    case json::kind::string:
      return fmt::format("'{}'", shown(std::string_view{value.get_string()}));
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return {};
}

void Field::not_a(std::string_view type, std::string_view expected) const {
  say(fmt::format("Parameter {} must be {}. Found {}; give {}.", name_of(path), type, shown(value), expected));
}

void Field::out_of_range(std::string_view expected) const {
  refuse(fmt::format("Found {}; give {}", shown(value), expected));
}

void Field::refuse(std::string_view sentence) const {
  say(fmt::format("Value {} out of range. {}.", name_of(path), sentence));
}

std::optional<Field> Object::find(std::string_view key) const {
  asked_.push_back(key);
  const json::value* value = members_.if_contains(key);
  if (!value) return {};
  return Field{*value, member(key), problems_};
}

void Object::missing(std::string_view key, std::string_view expected) const {
  say(key, fmt::format("Parameter {} not found in job request. Give {}.", key, expected));
}

void Object::refuse(std::string_view key, std::string_view sentence) const {
  say(key, fmt::format("Value {} out of range. {}.", key, sentence));
}

void Object::say(std::string_view key, std::string message) const { problems_.add(member(key), std::move(message)); }

void Object::note_unknown() const {
  std::vector<std::string_view> absent;
  std::ranges::copy_if(asked_, std::back_inserter(absent), [&](auto key) { return !members_.contains(key); });
  for (const auto& each : members_)
    if (const std::string_view key = each.key(); !is_remark(key) && std::ranges::find(asked_, key) == asked_.end())
      problems_.ignore(member(key), absent);
}

}  // namespace m2c2::job
