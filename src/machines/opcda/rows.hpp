// Answers to read(), rows (item, value, quality, timestamp) straight into samples; and answers that are names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machines/opcda/items.hpp"
#include "protocols/pyro/serpent.hpp"

namespace m2c2::machines {

/// Appends a sample for each row, and a fault for each item that was not read. An answer that is no rows of the items
/// asked for gives the place where it is not, and nothing is appended.
std::optional<pyro::SerpentFault> take_rows(std::string_view answer, const OpcdaCall&, const OpcdaItems&, WallTime at,
                                            telemetry::Samples& out);

/// The answer to list() and servers(): names, without None for those that the OPC DA server does not tell. More than
/// `most` are refused before one is kept.
std::expected<std::vector<std::string>, pyro::SerpentFault> take_names(std::string_view answer, std::size_t most);

/// What a gateway gives for an item that the OPC DA server does not know.
void add_unknown(std::size_t tag, const OpcdaItems&, WallTime at, telemetry::Samples& out);

}  // namespace m2c2::machines
