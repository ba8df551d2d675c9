// The tags of one job: each a topic of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "job/field.hpp"

namespace m2c2::job {

class TagNames {
 public:
  static constexpr std::size_t kMost = 100'000;

  /// Says what is wrong when the topic level of this tag is taken already, or there are too many tags.
  /// `spelled` is the tag as the user wrote it.
  void add(const Field&, std::string level, std::string_view spelled);
  /// Likewise, but a tag may be named again.
  void add_or_again(const Field&, std::string level, std::string_view spelled);

 private:
  std::unordered_map<std::string, std::string> spelled_by_level_;
};

}  // namespace m2c2::job
