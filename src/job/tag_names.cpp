// Tells tags apart by their topic level.
// SPDX-License-Identifier: Apache-2.0
#include "job/tag_names.hpp"

#include <fmt/format.h>

namespace m2c2::job {

void TagNames::add(const Field& field, std::string level, std::string_view spelled) {
  if (const auto taken = spelled_by_level_.find(level); taken != spelled_by_level_.end() && taken->second == spelled)
    field.refuse(fmt::format("'{}' is there a second time; give each tag once", shown(spelled)));
  else add_or_again(field, std::move(level), spelled);
}

void TagNames::add_or_again(const Field& field, std::string level, std::string_view spelled) {
  if (spelled_by_level_.size() == kMost) {
    field.refuse(fmt::format("It is tag {}; give a job at most {} tags", kMost + 1, kMost));
    return;
  }
  const auto [taken, is_new] = spelled_by_level_.try_emplace(std::move(level), spelled);
  if (!is_new && taken->second != spelled)
    field.refuse(fmt::format("'{}' and '{}' share the topic level '{}'; leave one out", shown(spelled),
                             shown(taken->second), shown(taken->first)));
}

}  // namespace m2c2::job
