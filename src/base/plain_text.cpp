// Looks at as many bytes at a time as the processor compares at once.
// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.hpp"

#include <experimental/simd>

namespace m2c2 {

std::size_t plain_prefix(std::string_view text) {
  namespace simd = std::experimental;
  using Bytes = simd::native_simd<char>;
  std::size_t at = 0;
  for (; text.size() - at >= Bytes::size(); at += Bytes::size()) {
    const Bytes bytes{text.data() + at, simd::element_aligned};
    const auto special = bytes < ' ' || bytes > '~' || bytes == '"' || bytes == '\'' || bytes == '\\';
    if (simd::any_of(special)) return at + static_cast<std::size_t>(simd::find_first_set(special));
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace m2c2
