// Finds where text is the same in JSON, in Python and in UTF-8, so that no one needs to look at it byte by byte.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace m2c2 {

/// Printable ASCII without the quotes, single and double, and the backslash.
constexpr bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\'; }

/// How many bytes at the front are plain.
std::size_t plain_prefix(std::string_view text);

}  // namespace m2c2
