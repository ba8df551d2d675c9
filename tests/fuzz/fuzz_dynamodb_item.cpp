// Fuzzes the readers of the job store's items in DynamoDB: any item gives a version or a head, or an error that names
// it; what was read is written and read again the same. SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "job/json.hpp"
#include "store/dynamodb/items.hpp"

namespace {

using namespace m2c2;
using namespace m2c2::store::dynamodb;

constexpr std::string_view kTable = "jobs";

void require(bool holds) {
  if (!holds) std::abort();
}

/// The JSON reader is inexact in the last digit of a long decimal, and then so is all that is read through it.
bool reads_exactly(std::string_view text) {
  const auto object = job::read_json_object(text, {.bytes = 1 << 20, .depth = 96});
  return object && job::to_json(*object) == text;
}

void read_as_version(const Item& item) {
  auto stored = read_version(item, kTable);
  if (!stored)
    return require(stored.error().text.contains("dynamodb:jobs") && stored.error().text.contains("attribute"));
  if (stored->parts != 0) {
    if (!join(*stored, item, {item, item}, kTable)) return;
    require(stored->parts == 0);
  }
  const auto items = items_of(stored->version, stored->write);
  if (!items || !items->parts.empty()) return;
  const auto again = read_version(items->item, kTable);
  require(again && again->version.job == stored->version.job && again->version.version == stored->version.version &&
          again->version.job_details == stored->version.job_details);
  if (reads_exactly(stored->version.machine_details))
    require(again->version.machine_details == stored->version.machine_details);
}

void read_as_head(const Item& item) {
  const auto stored = read_head(item, kTable);
  if (!stored)
    return require(stored.error().text.contains("dynamodb:jobs") && stored.error().text.contains("attribute"));
  const auto again = read_head(item_of(*stored), kTable);
  require(again && again->head.revision == stored->head.revision && again->head.group == stored->head.group &&
          again->writes == stored->writes && again->intent == stored->intent);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto item = job::read_json_object({reinterpret_cast<const char*>(data), size}, {.bytes = 1 << 20, .depth = 96});
  if (!item) return 0;
  read_as_version(*item);
  read_as_head(*item);
  return 0;
}
