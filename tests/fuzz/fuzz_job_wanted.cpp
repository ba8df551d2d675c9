// Fuzzes parse_wanted: any text gives a wanted state or an error, and what was read is written and read again the same.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "job/wanted.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace m2c2::job;
  const auto parsed = parse_wanted({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    if (parsed.error().text.empty()) std::abort();
    return 0;
  }
  const auto text = to_json(parsed->wanted);
  const auto again = parse_wanted(text);
  if (!again || to_json(again->wanted) != text) std::abort();
  return 0;
}
