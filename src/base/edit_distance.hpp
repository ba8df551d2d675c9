// How far two words are apart, for "did you mean …?".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace m2c2 {

/// How many letters have to change, come or go to make one of the other.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, replaced}));
    }
  }
  return row.back();
}

/// The word nearest to what somebody wrote, when fewer than half of its letters differ.
template <class Words>
std::optional<std::string_view> likely_meant(std::string_view written, const Words& words) {
  constexpr std::size_t kLongestWritten = 128;  // whoever writes more has not slipped
  std::optional<std::string_view> nearest;
  std::size_t least = kLongestWritten;
  if (written.size() > kLongestWritten) return nearest;
  for (const std::string_view word : words) {
    const auto [shorter, longer] = std::minmax({word.size(), written.size()});  // by value: sizes are temporaries
    if (2 * (longer - shorter) >= longer) continue;
    const std::size_t distance = edit_distance(written, word);
    if (distance >= least || 2 * distance >= longer) continue;
    nearest = word;
    least = distance;
  }
  return nearest;
}

}  // namespace m2c2
