// The answer to read(): rows (item, value, quality, timestamp) straight into samples.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "machines/opcda/items.hpp"
#include "protocols/pyro/serpent.hpp"

namespace m2c2::machines {

/// Appends a sample for each row, and a fault for each item that was not read. An answer that is no rows of the items
/// asked for gives the place where it is not, and nothing is appended.
std::optional<pyro::SerpentFault> take_rows(std::string_view answer, const OpcdaCall&, const OpcdaItems&, WallTime at,
                                            telemetry::Samples& out);

/// What a gateway gives for an item that the OPC DA server does not know.
void add_unknown(std::size_t tag, const OpcdaItems&, WallTime at, telemetry::Samples& out);

}  // namespace m2c2::machines
