// The items of a job store's table ↔ versions and heads of jobs (docs/formats/store.md). Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/dynamodb/attributes.hpp"
#include "store/job_store.hpp"

namespace m2c2::store::dynamodb {

/// Where the head of a job stands among its versions, which begin at 1.
inline constexpr job::Version kHeadVersion = 0;

/// An item and its parts must stay below DynamoDB's 400 KB, a head with a version in it too.
inline constexpr std::size_t kMostItemBytes = 360'000;

/// One version as items: its own, and the parts of a request that does not fit into one.
struct VersionItems {
  Item item;
  std::vector<Item> parts;  ///< in their order
};

/// `write`: an identifier of this one attempt. Fails when a text that must be a JSON object is none.
Result<VersionItems> items_of(const JobVersion&, const std::string& write);

/// The key that the parts of such an attempt share; no job has such a name.
std::string parts_key(std::string_view job, std::string_view write);

struct StoredVersion {
  JobVersion version;
  std::string write;       ///< empty: it is not m2c2 that wrote it
  std::int64_t parts = 0;  ///< above 0, the request is still to be joined from that many
};
Result<StoredVersion> read_version(const Item&, std::string_view table);

/// Gives a version what its parts hold.
Result<> join(StoredVersion&, const Item& item, const std::vector<Item>& parts, std::string_view table);

struct StoredHead {
  JobHead head;
  std::vector<std::string> writes;  ///< the last attempts that moved it, newest first
  std::optional<Item> intent;       ///< the version it was moved for, while that is not known to be stored
};
Item item_of(const StoredHead&);
Result<StoredHead> read_head(const Item&, std::string_view table);

}  // namespace m2c2::store::dynamodb
