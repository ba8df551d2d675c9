// Random identifiers for messages (guide: `_id_`).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace m2c2 {

/// A random UUID (RFC 4122, version 4) as 36 characters. Safe from any thread.
std::string new_id();

/// The text of a UUID of 16 bytes, lower case.
std::string uuid_text(ByteView bytes);

}  // namespace m2c2
