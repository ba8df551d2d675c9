// Base64 (RFC 4648).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace m2c2 {

void append_base64(std::string& out, std::string_view bytes);

/// Nothing when `text` is not whole, padded base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace m2c2
