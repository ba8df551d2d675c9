// Fuzzes parse_request: any text gives a request or its problems, and what was accepted is accepted again as stored.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "job/json.hpp"
#include "job/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace m2c2::job;
  const auto parsed = parse_request({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    if (parsed.error().problems.empty() || to_text(parsed.error().problems).empty()) std::abort();
    return 0;
  }
  const auto again = parse_request(to_json(parsed->document));
  if (!again || again->request.properties != parsed->request.properties) std::abort();
  return 0;
}
