// The prices file of m2c2 cost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cost/prices.hpp"

namespace m2c2::app {

/// The defaults when `path` is empty, and for what the file leaves out. An error names the file, the line, the key and
/// the remedy.
Result<cost::Prices> load_prices(const std::string& path);
Result<cost::Prices> parse_prices(std::string_view toml, const std::string& path);

}  // namespace m2c2::app
