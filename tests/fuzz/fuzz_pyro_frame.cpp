// Any bytes as a Pyro answer: no crash, bounded memory, and a frame means the same when it is written and read again.
// The first byte chooses the protocol and the request.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <span>

#include "protocols/pyro/message.hpp"

using namespace m2c2;

namespace {

constexpr pyro::Limits kLimits{.frame_bytes = 1 << 20, .data_bytes = 1 << 16};

void check_again(pyro::Protocol protocol, const pyro::Frame& frame) {
  Bytes wire;
  pyro::encode(wire, protocol, frame);
  const auto again = pyro::decode(protocol, wire, kLimits);
  if (!again || again->type != frame.type || again->flags != frame.flags || again->sequence != frame.sequence ||
      again->serializer != frame.serializer || as_text(again->data) != as_text(frame.data))
    std::abort();
}

void check_prefixes(pyro::Protocol protocol, ByteView wire) {
  for (std::size_t n = 0; n < wire.size() && n < 64; ++n) {
    const auto size = pyro::frame_size(protocol, wire.first(n), kLimits);
    if (!size || (*size && **size != wire.size())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto protocol = (data[0] & 1) == 0 ? pyro::Protocol::pyro4 : pyro::Protocol::pyro5;
  constexpr pyro::MessageType requests[] = {pyro::MessageType::connect, pyro::MessageType::invoke,
                                            pyro::MessageType::ping};
  const ByteView wire = std::as_bytes(std::span{data, size}).subspan(1);
  const auto frame = pyro::decode(protocol, wire, kLimits);
  if (frame) {
    check_again(protocol, *frame);
    check_prefixes(protocol, wire);
  }
  pyro::Expected expected{.protocol = protocol, .request = requests[(data[0] >> 1) % 3]};
  if (frame) expected.sequence = frame->sequence;
  Bytes storage;
  const auto answer = pyro::read_answer(expected, wire, storage, kLimits);
  if (storage.size() > kLimits.data_bytes + 1 || (!answer && answer.error().text.empty())) std::abort();
  if (const auto* returned = answer ? std::get_if<pyro::Returned>(&*answer) : nullptr) pyro::object_id(returned->value);
  return 0;
}
