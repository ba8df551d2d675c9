// The program's log: one line an event, to standard error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace m2c2::log {

enum class Level { debug, info, warning, error, off };

void set_level(Level);
void debug(std::string_view line);
void info(std::string_view line);
void warning(std::string_view line);
void error(std::string_view line);

}  // namespace m2c2::log
