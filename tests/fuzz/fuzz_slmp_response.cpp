// Any bytes as an SLMP answer: no crash, and what is read means the same when it is written and read again.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/slmp_input.hpp"

using namespace m2c2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input{data, size};
  const slmp::Format format = input.format();
  const ByteView message = input.rest();
  const auto answer = slmp::decode_response(format, message);
  if (!answer) return 0;
  const auto length = slmp::message_size(format, slmp::Side::response, message);
  if (!length || *length != message.size()) std::abort();
  Bytes again;
  slmp::encode(again, format, *answer);
  const auto same = slmp::decode_response(format, again);
  if (!same || same->route != answer->route || same->serial != answer->serial || same->end_code != answer->end_code ||
      same->error != answer->error || as_text(same->data) != as_text(answer->data))
    std::abort();
  return 0;
}
