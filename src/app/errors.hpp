// How the commands put what is wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iostream>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace m2c2::app {

/// What was given, by file, key, value or option, cannot be.
inline std::unexpected<Error> invalid(std::string text) {
  return fail(std::make_error_code(std::errc::invalid_argument), std::move(text));
}

/// Ends a command: the text is on standard error, and what it returns is the exit status.
inline int say(const Error& error) {
  std::cerr << "m2c2: " << error.text << '\n';
  return 1;
}

}  // namespace m2c2::app
