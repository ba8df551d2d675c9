// COM errors in words: Python 3 gateways give the number alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace m2c2::machines {

/// Which part failed, as far as the number tells.
enum class ComKind {
  other,
  away,     ///< the OPC DA server does not answer its gateway
  unknown,  ///< it cannot be started at all
  item,     ///< one item is at fault
};

struct ComError {
  std::int32_t code = 0;
  ComKind kind = ComKind::other;
  std::string_view meaning;  ///< "RPC server unavailable"
  std::string_view remedy;
};

/// The number of a COM error in a gateway's text: "read: -2147023174", "com_error: (-2147221005, …".
std::optional<std::int32_t> com_number(std::string_view text);
/// Its row of the table, with empty texts for what is not there.
ComError describe_com(std::int32_t code);
/// "-2147023174 RPC server unavailable", "-2147000000 (0x80006FC0)".
std::string to_text(const ComError&);

}  // namespace m2c2::machines
