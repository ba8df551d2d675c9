// What a peer says, made fit for a line of a log or of an answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace m2c2 {

inline constexpr std::size_t kMostForeignBytes = 300;

/// Control characters become spaces, so that nobody forges lines, and what is longer is cut off between characters.
inline std::string foreign_text(std::string_view said, std::size_t most = kMostForeignBytes) {
  std::size_t end = std::min(said.size(), most);
  while (end < said.size() && end > 0 && (static_cast<unsigned char>(said[end]) & 0xC0) == 0x80) --end;
  std::string text{said.substr(0, end)};
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  if (end < said.size()) text += " …";
  return text;
}

}  // namespace m2c2
