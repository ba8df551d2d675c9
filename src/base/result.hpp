// Expected failures are values: Result<T> is a value or an Error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace m2c2 {

/// What went wrong: a code of the module's own family, for decisions, and a
/// text for the operator that names the thing, the value and the remedy.
struct Error {
  std::error_code code;
  std::string text;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(SlmpError::no_answer, "…");`
inline std::unexpected<Error> fail(std::error_code code, std::string text) {
  return std::unexpected<Error>{Error{code, std::move(text)}};
}

inline std::unexpected<Error> fail(std::error_code code) { return fail(code, code.message()); }

}  // namespace m2c2
