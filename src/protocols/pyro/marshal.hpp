// The one thing that a daemon says in Python's marshal: the text of a refusal, when it knows no better serializer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace m2c2::pyro {

/// The string that `data` holds; nothing when it is no marshalled string.
std::optional<std::string> read_marshal_string(ByteView data);

}  // namespace m2c2::pyro
