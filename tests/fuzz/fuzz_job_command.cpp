// Fuzzes parse_command: any text gives a command or an error, and what was read is written and read again the same.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "job/wanted.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace m2c2::job;
  const auto parsed = parse_command({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    if (parsed.error().text.empty()) std::abort();
    return 0;
  }
  const auto text = to_json(parsed->command);
  const auto again = parse_command(text);
  if (!again || to_json(again->command) != text) std::abort();
  return 0;
}
