// What follows from the keys that were given, and what they must be to be carried out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"

namespace m2c2::app {

/// "archive", …
std::vector<std::string_view> exporter_kinds();

void fill_in(Config::Exporter&);
void fill_in(Config&);
/// An error names the file, the key, the value and the remedy.
Result<> check(const Config&, const std::string& path);

}  // namespace m2c2::app
