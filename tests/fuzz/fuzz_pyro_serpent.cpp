// Any text as serpent: tree, JSON and passing over agree whether it is one; the JSON is JSON; and a value means the
// same when it is written and read again. SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/bytes.hpp"
#include "protocols/pyro/value.hpp"

using namespace m2c2;

namespace {

/// Six bytes for a control character or a nested quote, and a few for the brackets of an empty set.
constexpr std::size_t kMostGrowth = 12;

bool is_json(const std::string& text) {
  boost::json::stream_parser parser{{}, {.max_depth = 2 * pyro::kMostDepth}};
  boost::system::error_code error;
  parser.write(text, error);
  if (!error) parser.finish(error);
  // What double or nesting Boost cannot hold is JSON all the same.
  return !error || error == boost::json::error::exponent_overflow;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span{data, size}));
  pyro::SerpentReader skipping{text};
  skipping.skip();
  pyro::SerpentReader to_json{text};
  std::string json;
  to_json.append_json(json);
  const auto value = pyro::parse_serpent(text);
  const bool good = value.has_value();
  if (skipping.done() != good || to_json.done() != good) std::abort();
  if (!good) return value.error().at > size || to_text(value.error()).size() < 10 ? std::abort(), 0 : 0;
  if (!is_json(json) || json.size() > kMostGrowth * (size + 1)) std::abort();
  const std::string written = pyro::to_serpent(*value);
  const auto again = pyro::parse_serpent(written);
  if (!again || pyro::to_serpent(*again) != written) std::abort();
  return 0;
}
