// Marshalled strings: the few ways in which Python's marshal writes one.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/marshal.hpp"

namespace m2c2::pyro {
namespace {

constexpr std::uint8_t kReferenced = 0x80;  // Python may refer to it again: means nothing here

}  // namespace

std::optional<std::string> read_marshal_string(ByteView data) {
  ByteReader in{data};
  std::size_t size = 0;
  switch (in.u8() & ~kReferenced) {
    case 'z':  // ASCII, short
    case 'Z':
      size = in.u8();
      break;
    case 'a':  // ASCII
    case 'A':
    case 'u':  // UTF-8
    case 't':
      size = in.u32le();
      break;
    default:
      return std::nullopt;
  }
  const ByteView text = in.take(size);
  return in.done() ? std::optional{std::string{as_text(text)}} : std::nullopt;
}

}  // namespace m2c2::pyro
