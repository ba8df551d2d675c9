// One connection to a station: bytes as they come in, what to send back as it goes out. No sockets and no clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sims/plc/station.hpp"

namespace m2c2::sim {

enum class Carrier { tcp, udp };

/// What the station does about the bytes that came.
struct Reaction {
  Bytes bytes;            ///< to send; empty: silence
  Duration delay{};       ///< before that
  std::size_t piece = 0;  ///< bytes to send at a time; 0: all at once
  bool close = false;     ///< the connection, afterwards
};

class Session {
 public:
  Session(Station& station, Carrier carrier) : station_{station}, carrier_{carrier} {}

  /// Takes what was received (TCP: some bytes of the stream; UDP: one datagram) and says in `reaction`, whose buffer is
  /// used again, what to do. `at`: how long the PLC has been on.
  void receive(ByteView bytes, Duration at, Reaction& reaction);

 private:
  struct Message {
    slmp::Format format;
    ByteView bytes;
  };

  /// Cuts the next message off the front, or what cannot be one.
  std::optional<Message> next_message(ByteView& rest);
  bool accepts(slmp::Format) const;
  /// False when the rest of what came cannot be trusted to begin with a message.
  bool take(const Message&, Duration at, Reaction&);
  void answer(slmp::Format, const slmp::Request&, const Plc::Answer&, Reaction&);
  void send(Reaction&);

  Station& station_;
  Carrier carrier_;
  Bytes partial_;  // TCP: the beginning of a message
  Duration last_receive_{};
  Bytes answer_;
  Bytes late_answer_;  // of the request before
  std::optional<std::uint16_t> last_serial_;
  std::uint64_t requests_ = 0;
};

}  // namespace m2c2::sim
