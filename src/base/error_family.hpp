// Makes an enum into a family of std::error_code with its name and its texts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace m2c2 {

/// A std::error_category over enum E. The module that owns E declares
///   const char* error_family_name(E);         // "slmp"
///   std::string error_text(E);                // one line, no full stop
///   std::error_code make_error_code(E e) { return make_family_code(e); }
/// and specialises std::is_error_code_enum<E>.
template <class E>
class ErrorFamily final : public std::error_category {
 public:
  const char* name() const noexcept override { return error_family_name(E{}); }
  std::string message(int value) const override { return error_text(static_cast<E>(value)); }
};

template <class E>
std::error_code make_family_code(E e) {
  static const ErrorFamily<E> family;
  return {static_cast<int>(e), family};
}

}  // namespace m2c2
