// Any bytes as a cursor file: no crash, and what is read is written the same.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "stream/cursor_file.hpp"

using namespace m2c2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto slot = stream::decode_cursor_file(std::as_bytes(std::span{data, size}));
  if (!slot) return 0;
  Bytes again;
  stream::encode(again, *slot);
  const auto same = stream::decode_cursor_file(again);
  if (!same || same->mark != slot->mark || same->generation != slot->generation) std::abort();
  return 0;
}
