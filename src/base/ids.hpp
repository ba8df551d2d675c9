// Random identifiers for messages (guide: `_id_`).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace m2c2 {

/// A random UUID (RFC 4122, version 4) as 36 characters. Safe from any thread.
std::string new_id();

}  // namespace m2c2
