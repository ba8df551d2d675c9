// Any text as each part of the notation of jobs: a value, or one short sentence about what is wrong.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "protocols/slmp/notation.hpp"
#include "tests/fuzz/slmp_input.hpp"

using namespace m2c2;

namespace {

constexpr std::size_t kMostSentence = 200;

template <class T>
void check(const slmp::Notated<T>& notated) {
  if (!notated && (notated.error().empty() || notated.error().size() > kMostSentence)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input{data, size};
  const slmp::Code code = input.code();
  const std::uint16_t subcommand = input.number() & 3;
  const std::string_view text = as_text(input.rest());
  check(slmp::parse_subcommand(code, text));
  check(slmp::parse_points(code, text));
  check(slmp::parse_module_io(text));
  const auto type = slmp::parse_device_code(code, subcommand, text.substr(0, (subcommand & 2) != 0 ? 4 : 2));
  check(type);
  for (const slmp::DeviceType& any : slmp::device_types()) check(slmp::parse_head_device(code, subcommand, any, text));
  if (!type) return 0;
  const auto number = slmp::parse_head_device(code, subcommand, **type, text.substr((subcommand & 2) != 0 ? 4 : 2));
  if (number && slmp::device_name(**type, *number).size() < 2) std::abort();
  return 0;
}
