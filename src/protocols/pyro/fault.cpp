// What is wrong with an answer, and what to do about it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/hex.hpp"
#include "protocols/pyro/frame.hpp"

namespace m2c2::pyro {
namespace {

constexpr std::size_t kMostShown = 24;

/// "'HTTP/1.1 400 Bad Request'", or "hex 15030300" when it is no plain text.
std::string show(ByteView front) {
  const ByteView shown = front.first(std::min(front.size(), kMostShown));
  const std::string_view text = as_text(shown);
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const bool plain = !line.empty() && std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  return plain ? fmt::format("'{}'", line) : fmt::format("hex {}", to_hex(shown));
}

bool is_tls(ByteView front) { return as_text(front).starts_with("\x15\x03"); }

std::string describe_stranger(ByteView front) {
  if (is_tls(front))
    return "it answers with TLS, for the gateway runs with PYRO_SSL=1; this program speaks to it without: unset "
           "PYRO_SSL "
           "there and put a tunnel in front of it, as docs/guides/opcda.md tells";
  return fmt::format("it answers {}, which is no Pyro; check that machine-ip and port are those of the OpenOPC gateway",
                     show(front));
}

std::string describe_version(ByteView front) {
  ByteReader in{front};
  in.take(4);
  return fmt::format(
      "the gateway speaks Pyro protocol {}, not 48: it is a Python 2 gateway (Pyro3) or a Pyro4 before 4.38; install "
      "the "
      "Pyro4 variant of OpenOPC named in docs/guides/opcda.md",
      in.u16be());
}

}  // namespace

std::string describe(Fault fault, ByteView front) {
  switch (fault) {
    case Fault::not_pyro:
      return describe_stranger(front);
    case Fault::pyro5:
      return "the gateway speaks Pyro5 (protocol 502), not Pyro4; install the Pyro4 variant of OpenOPC named in "
             "docs/guides/opcda.md";
    case Fault::pyro4:
      return "the gateway speaks Pyro4 (protocol 48), not Pyro5; speak Pyro4 to it";
    case Fault::version:
      return describe_version(front);
    case Fault::checksum:
      return "the header of its answer is damaged; look at what stands between the gateway and this program";
    case Fault::length:
      return "its answer is longer than the limit, or not as long as it says; read fewer or shorter items in one job";
    case Fault::annotations:
      return "the annotations of its answer do not fit their length; look at what stands between the gateway and this "
             "program";
    case Fault::type:
      return "it answers with a message that answers something else; check that port is that of the OpenOPC gateway";
    case Fault::sequence:
      return "it answers another question than was asked; the connection must be made anew";
    case Fault::serializer:
      return "its answer is not in serpent; take 'serpent' into the gateway's PYRO_SERIALIZERS_ACCEPTED";
    case Fault::compression:
      return "the compressed data of its answer is damaged; unset PYRO_COMPRESSION at the gateway";
    case Fault::value:
      return "its answer is not the value that the call must give; check that the gateway is a variant of OpenOPC "
             "named "
             "in docs/guides/opcda.md";
  }
  return "unknown fault";
}

}  // namespace m2c2::pyro
