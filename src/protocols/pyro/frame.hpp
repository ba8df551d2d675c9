// Pyro frames: protocol 48 of Pyro4 and 502 of Pyro5 (docs/formats/pyro.md). One client's view: it speaks serpent
// alone. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace m2c2::pyro {

enum class Protocol { pyro4, pyro5 };  ///< version 48, version 502

enum class MessageType : std::uint8_t { connect = 1, connect_ok, connect_fail, invoke, result, ping };

namespace flag {
inline constexpr std::uint16_t kException = 0x01;
inline constexpr std::uint16_t kCompressed = 0x02;
inline constexpr std::uint16_t kMetaOnConnect = 0x10;  ///< Pyro4
}  // namespace flag

inline constexpr std::uint16_t kSerpent = 1;
inline constexpr std::uint16_t kPingSerializer = 42;  ///< what Python's client says, and the daemon echoes
/// The daemon's own serializer for what it refuses before it knows the client's.
constexpr std::uint16_t marshal_id(Protocol protocol) { return protocol == Protocol::pyro4 ? 3 : 2; }

struct Frame {
  MessageType type = MessageType::invoke;
  std::uint16_t flags = 0;
  std::uint16_t sequence = 0;
  std::uint16_t serializer = kSerpent;
  ByteView data{};  ///< as it stands on the wire: compressed when the flag says so
};

/// Why bytes are no answer to the question.
enum class Fault {
  not_pyro,     ///< another service
  pyro5,        ///< a Pyro5 daemon, where Pyro4 was spoken
  pyro4,        ///< a Pyro4 daemon, where Pyro5 was spoken
  version,      ///< Pyro3, or a Pyro4 before 4.38
  checksum,     ///< the header was damaged
  length,       ///< above Limits, or not what the header says
  annotations,  ///< they do not fit their length
  type,         ///< an answer of another kind
  sequence,     ///< an answer to another question
  serializer,   ///< an answer in something other than serpent
  compression,  ///< not a whole zlib stream
  value,        ///< not serpent, or not the value that must stand here
};

/// What is wrong and what to do about it. `front`, the first bytes of what was received, is shown where that helps.
std::string describe(Fault, ByteView front);

struct Limits {
  std::size_t frame_bytes = 64UL << 20;  ///< a frame above it is refused by its header, before its body is awaited
  std::size_t data_bytes = 64UL << 20;   ///< of the data once inflated
};

/// How long the frame at the front of a stream of bytes is, header included; nothing while too few bytes are there to
/// tell. Anything that is not the beginning of a frame of `protocol` is a fault as soon as it can be told.
std::expected<std::optional<std::size_t>, Fault> frame_size(Protocol, ByteView front, const Limits& = {});

/// Appends one whole frame, without annotations. Requires: data is shorter than 2 GiB.
void encode(Bytes& out, Protocol, const Frame&);

/// Reads one whole frame; its data points into `frame`. Annotations are checked and passed over.
std::expected<Frame, Fault> decode(Protocol, ByteView frame, const Limits& = {});

/// The data of a frame; inflated into `storage` when it is compressed.
std::expected<ByteView, Fault> plain_data(const Frame&, Bytes& storage, const Limits& = {});

}  // namespace m2c2::pyro
