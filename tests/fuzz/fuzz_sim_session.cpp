// Whatever bytes a client sends in whatever pieces, a station answers with well-formed frames or not at all.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "sims/plc/session.hpp"
#include "sims/plc/setting.hpp"

namespace m2c2::sim {
namespace {

/// Of an answer to a request of any format, as far as one can tell without the request.
bool begins_like_a_response(ByteView bytes) {
  const auto first = std::to_integer<unsigned>(bytes.front());
  return first == 0xD0 || first == 0xD4 || first == 'D';
}

Station& station_of(std::string_view family) {
  static Station iqr{*find_family("iq-r")};
  static Station iqf{*find_family("iq-f")};
  static const bool ready = [] {
    set_defaults(iqr.plc);
    set_defaults(iqf.plc);
    return true;
  }();
  static_cast<void>(ready);
  return family == "iq-r" ? iqr : iqf;
}

/// The first byte of each piece says how long it is.
void feed(Session session, ByteView input) {
  Reaction reaction;
  while (!input.empty()) {
    const std::size_t piece = std::min<std::size_t>(std::to_integer<std::size_t>(input.front()), input.size() - 1);
    session.receive(input.subspan(1, piece), {}, reaction);
    if (!reaction.bytes.empty() && !begins_like_a_response(reaction.bytes)) std::abort();
    input = input.subspan(1 + piece);
  }
}

}  // namespace
}  // namespace m2c2::sim

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace m2c2::sim;
  const m2c2::ByteView input = std::as_bytes(std::span{data, size});
  feed(Session{station_of("iq-r"), Carrier::tcp}, input);
  feed(Session{station_of("iq-f"), Carrier::tcp}, input);
  feed(Session{station_of("iq-r"), Carrier::udp}, input);
  return 0;
}
