// Any bytes as a marshalled string: a string that is part of them, or nothing.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <span>

#include "protocols/pyro/marshal.hpp"

using namespace m2c2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span{data, size});
  const auto text = pyro::read_marshal_string(bytes);
  if (text && !as_text(bytes).ends_with(*text)) std::abort();
  return 0;
}
