// Records for the stories of streams: small, all of one size, known by a letter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "stream/stream.hpp"

namespace m2c2::stream::testing {

inline constexpr std::size_t kAll = 1'000'000;
inline constexpr std::size_t kSize = 10;  ///< of every such record, whose ids have one letter

inline Record record(std::string id, bool to_topic, bool to_stream) {
  std::string payload(kSize - 2 - id.size(), '.');
  return {std::move(id), {}, std::move(payload), {}, to_topic, to_stream};
}
inline Record for_topic(std::string id) { return record(std::move(id), true, false); }
inline Record for_stream(std::string id) { return record(std::move(id), false, true); }
inline Record for_both(std::string id) { return record(std::move(id), true, true); }

inline std::vector<std::string> ids(const std::vector<Record>& records) {
  std::vector<std::string> ids(records.size());
  std::ranges::transform(records, ids.begin(), &Record::id);
  return ids;
}

inline std::vector<std::string> read_all(Cursor& cursor) { return ids(cursor.read(kAll, kAll)); }

}  // namespace m2c2::stream::testing
