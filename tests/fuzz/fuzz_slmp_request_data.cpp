// Any bytes as the data of each SLMP request: what is read means the same when it is written and read again.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/device.hpp"
#include "tests/fuzz/slmp_input.hpp"

using namespace m2c2;

namespace {

template <class Decode>
void check(slmp::Code code, ByteView data, Decode decode) {
  const auto request = decode(data);
  if (!request) return;
  Bytes again;
  encode_data(again, code, *request);
  if (decode(again) != request) std::abort();
}

void check_self_test(slmp::Code code, ByteView data) {
  const auto text = slmp::decode_self_test(code, data);
  if (!text) return;
  Bytes again;
  slmp::encode_self_test(again, code, *text);
  if (slmp::decode_self_test(code, again) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input{data, size};
  const slmp::Code code = input.code();
  const std::uint16_t subcommand = input.number() & 7;
  check(code, input.rest(), [&](ByteView bytes) { return slmp::decode_device_read(code, subcommand, bytes); });
  check(code, input.rest(), [&](ByteView bytes) { return slmp::decode_device_read_random(code, subcommand, bytes); });
  check(code, input.rest(), [&](ByteView bytes) { return slmp::decode_label_read_random(code, bytes); });
  check(code, input.rest(), [&](ByteView bytes) { return slmp::decode_array_label_read(code, bytes); });
  check_self_test(code, input.rest());
  return 0;
}
