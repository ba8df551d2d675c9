// A bill to read, and the same for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cost/bill.hpp"

namespace m2c2::cost {

/// Aligned tables: jobs, destinations, totals, what would change them, and what was assumed.
std::string to_text(const Plan&, const Prices&);
/// One JSON object with the same figures, unrounded.
std::string to_json(const Plan&, const Prices&);

/// What the figures rest on, a sentence each.
std::vector<std::string> assumptions_of(const Plan&, const Prices&);

/// What the services would not take as it is, with the remedy.
std::vector<std::string> warnings_of(const Plan&);

/// "1,234,567.89"; what is less than a cent with four places.
std::string money(double dollars);
/// "1,234,567"
std::string grouped(double whole);

}  // namespace m2c2::cost
