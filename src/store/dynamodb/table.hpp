// The requests that the job store makes of its table, and how their answers are read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/document.hpp"
#include "store/dynamodb/api.hpp"
#include "store/dynamodb/attributes.hpp"

namespace m2c2::store::dynamodb {

/// Reads are consistent: they see every change that was answered before. Pages are read to the last.
class Table {
 public:
  Table(Api& api, std::string name) : api_{api}, name_{std::move(name)} {}

  Result<std::optional<Item>> get(std::string_view job, job::Version);
  Result<bool> has(std::string_view job, job::Version);
  /// Every item of a hash key, in the order of its range key; they may be large.
  Result<std::vector<Item>> all_of(std::string_view job);
  /// The one with the highest range key above 0.
  Result<std::optional<Item>> last_of(std::string_view job);
  /// Every item with this range key, of all hash keys.
  Result<std::vector<Item>> all_with(job::Version);

  Result<> put(const Item&);
  /// Fails with condition_failed when there is an item with its key.
  Result<> put_new(const Item&);
  /// Fails with condition_failed when there is none with its key and this revision.
  Result<> replace(const Item&, std::int64_t revision);
  /// Likewise; takes one attribute away.
  Result<> remove(std::string_view attribute, std::string_view job, job::Version, std::int64_t revision);

  const std::string& name() const { return name_; }

 private:
  boost::json::object body(std::string_view job, job::Version) const;
  boost::json::object query(std::string_view job) const;
  Result<> change(std::string_view operation, const boost::json::object& body);
  Result<std::vector<Item>> pages(std::string_view operation, boost::json::object body);
  std::unexpected<Error> unreadable(std::string_view operation) const;

  Api& api_;
  std::string name_;
};

}  // namespace m2c2::store::dynamodb
