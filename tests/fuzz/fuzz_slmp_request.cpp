// Any bytes as an SLMP request: no crash, and what is read means the same when it is written and read again.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/slmp_input.hpp"

using namespace m2c2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input{data, size};
  const slmp::Format format = input.format();
  const ByteView message = input.rest();
  const auto request = slmp::decode_request(format, message);
  if (!request) return 0;
  if (slmp::detect_request_format(message) != format) std::abort();
  Bytes again;
  slmp::encode(again, format, *request);
  slmp::set_serial(format, again, request->serial);
  const auto same = slmp::decode_request(format, again);
  if (!same || same->route != request->route || same->serial != request->serial || same->timer != request->timer ||
      same->command != request->command || same->subcommand != request->subcommand ||
      as_text(same->data) != as_text(request->data))
    std::abort();
  return 0;
}
