// Reads a JSON document member by member and collects everything that is wrong with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/parse.hpp"

namespace m2c2::job {

/// Where in the document something stands. A reader holds the path of what it reads; its parents are on the stack.
struct Path {
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

  const Path* parent = nullptr;
  std::string_view key = {};     ///< of a member
  std::size_t index = kNoIndex;  ///< of an array's element, which has no key
};
std::string to_text(const Path&);  ///< "job.properties[0].name"
std::string name_of(const Path&);  ///< "name"; for an element "properties[0]"

/// Everything that is wrong, in the order it was found, up to kMostProblems; and what is not wrong, but ignored.
class Problems {
 public:
  void add(const Path& at, std::string message);
  bool empty() const { return found_.empty(); }
  bool full() const { return found_.size() >= kMostProblems; }
  std::vector<Problem> take() { return std::move(found_); }

  /// A member that no rule is for; `absent`: those that there might be beside it.
  void ignore(const Path& at, std::span<const std::string_view> absent);
  std::vector<std::string> take_notes();

 private:
  std::vector<Problem> found_;
  std::vector<std::string> notes_;
  std::size_t untold_ = 0;
};

/// A user's text for a message: cut to 60 characters, on one line.
std::string shown(std::string_view text);
/// A value for a message: 'text' in quotes, a number, "an object".
std::string shown(const boost::json::value&);

/// One value at its place, and the sentences about it. `expected` says what to give, such as "an integer from 1 to 30".
struct Field {
  const boost::json::value& value;
  Path path;
  Problems& problems;

  void say(std::string message) const { problems.add(path, std::move(message)); }
  void not_a(std::string_view type, std::string_view expected) const;
  void out_of_range(std::string_view expected) const;
  /// "Value <key> out of range. <sentence>."
  void refuse(std::string_view sentence) const;
};

/// The members of one object. A rule is a value with `bool read(const Field&, T& out) const`, which says what is wrong
/// or fills `out`, and `std::string expected() const`.
class Object {
 public:
  Object(const boost::json::object& members, const Path& path, Problems& problems)
      : members_{members}, path_{path}, problems_{problems} {
    asked_.reserve(8);
  }
  Object(const Object&) = delete;  // paths point here
  Object& operator=(const Object&) = delete;

  /// The member `key`, when it is there. Valid while this object stays where it is.
  std::optional<Field> find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key).has_value(); }

  /// Reads a member; false when it is missing or wrong.
  template <class Rule, class T>
  bool required(std::string_view key, const Rule& rule, T& out) const {
    if (const auto field = find(key)) return rule.read(*field, out);
    missing(key, rule.expected());
    return false;
  }

  /// Reads a member that may be missing; false when it is wrong.
  template <class Rule, class T>
  bool optional(std::string_view key, const Rule& rule, T& out) const {
    const auto field = find(key);
    return !field || rule.read(*field, out);
  }
  template <class Rule, class T>
  bool optional(std::string_view key, const Rule& rule, std::optional<T>& out) const {
    const auto field = find(key);
    if (!field) return true;
    T value{};
    const bool right = rule.read(*field, value);
    if (right) out = value;
    return right;
  }

  /// The value, or nothing and its sentence said of the member `key`.
  template <class T>
  std::optional<T> accept(std::string_view key, const std::expected<T, std::string>& value) const {
    if (value) return *value;
    refuse(key, value.error());
    return {};
  }

  void missing(std::string_view key, std::string_view expected) const;
  void refuse(std::string_view key, std::string_view sentence) const;
  void say(std::string_view key, std::string message) const;

  /// Call when every member that counts has been asked for: the others are ignored, which their author may not mean.
  void note_unknown() const;

 private:
  Path member(std::string_view key) const { return {.parent = &path_, .key = key}; }

  const boost::json::object& members_;
  Path path_;
  Problems& problems_;
  mutable std::vector<std::string_view> asked_;  ///< keys, whether they are there or not; they outlive their reader
};

/// The elements of one array.
class Array {
 public:
  Array(const boost::json::array& elements, const Path& path, Problems& problems)
      : elements_{elements}, path_{path}, problems_{problems} {}

  std::size_t size() const { return elements_.size(); }
  /// Calls read(const Field&) for each element, as long as there is room for problems.
  template <class Read>
  void each(const Read& read) const {
    for (std::size_t i = 0; i < size() && !problems_.full(); ++i)
      read(Field{elements_[i], {.parent = &path_, .index = i}, problems_});
  }

 private:
  const boost::json::array& elements_;
  Path path_;
  Problems& problems_;
};

}  // namespace m2c2::job
