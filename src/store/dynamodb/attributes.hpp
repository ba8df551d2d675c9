// DynamoDB's own JSON, each value in an object that names its type: {"S": "text"}, {"N": "1.5"}, {"M": {…}}.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace m2c2::store::dynamodb {

/// Attributes by name, as they go over the wire.
using Item = boost::json::object;

inline constexpr std::string_view kJob = "jobid";        ///< hash key, S
inline constexpr std::string_view kVersion = "version";  ///< range key, N

boost::json::value text_value(std::string_view);
boost::json::value number_value(std::int64_t);
boost::json::value number_value(double);
boost::json::value flag_value(bool);
boost::json::value texts_value(const std::vector<std::string>&);
/// Plain JSON as an attribute: text S, number N, true and false BOOL, null NULL, array L, object M.
boost::json::value attribute_of(const boost::json::value& plain);

/// What DynamoDB counts towards the 400 KB of an item, or a little more.
std::size_t size_of(const Item&);

/// Reads an item's attributes one after the other and remembers the first that is not as it should be, so that a reader
/// is a straight list of fields. Takes any item.
class ItemReader {
 public:
  ItemReader(const Item& item, std::string_view table) : item_{item}, table_{table} {}

  bool has(std::string_view name) const { return item_.contains(name); }
  std::string text(std::string_view name);
  std::int64_t integer(std::string_view name);
  double real(std::string_view name);
  /// Nothing when it is not there.
  std::optional<std::int64_t> maybe_integer(std::string_view name);
  std::optional<bool> maybe_flag(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  /// A map as plain JSON.
  boost::json::object plain_map(std::string_view name);
  /// A map as it is.
  Item map(std::string_view name);

  /// A check of the caller's own.
  void refuse(std::string_view name, std::string_view what);
  bool failed() const { return !fault_.empty(); }
  /// Names the table, the item's key, the attribute and what is wrong with it.
  std::unexpected<Error> failure() const;

 private:
  const boost::json::value* find(std::string_view name, std::string_view type);

  const Item& item_;
  std::string_view table_;
  std::string fault_;
};

}  // namespace m2c2::store::dynamodb
