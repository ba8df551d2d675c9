// SLMP frames: 3E and 4E, binary and ASCII, requests and responses (SLMP manual SH-080956ENG, chapters 4 and 5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "base/bytes.hpp"

namespace m2c2::slmp {

enum class FrameType { e3, e4 };  ///< 4E carries a serial number, 3E none
enum class Code { binary, ascii };

struct Format {
  FrameType frame = FrameType::e4;
  Code code = Code::binary;
  bool operator==(const Format&) const = default;
};

/// The access route: whom a request is for. The defaults mean the station connected to.
struct Route {
  std::uint8_t network = 0x00;
  std::uint8_t station = 0xFF;
  std::uint16_t module_io = 0x03FF;
  std::uint8_t multidrop = 0x00;
  bool operator==(const Route&) const = default;
};

struct Request {
  Route route{};
  std::uint16_t serial = 0;  ///< 4E only
  std::uint16_t timer = 0;   ///< monitoring timer, 250 ms units, 0 = no limit
  std::uint16_t command = 0;
  std::uint16_t subcommand = 0;
  ByteView data{};  ///< command data, encoded as the format's code wants it
};

/// Tells which station refused which command; stands in an error response.
struct ErrorInfo {
  Route route{};
  std::uint16_t command = 0;
  std::uint16_t subcommand = 0;
  bool operator==(const ErrorInfo&) const = default;
};

struct Response {
  Route route{};
  std::uint16_t serial = 0;  ///< 4E only
  std::uint16_t end_code = 0;
  ByteView data{};                   ///< empty when end_code != 0
  std::optional<ErrorInfo> error{};  ///< when end_code != 0 and the PLC sent it
};

enum class Side { request, response };

/// Why bytes are no frame of the expected format.
enum class FrameFault {
  subheader,  ///< another frame type, another code, or no SLMP at all
  length,     ///< not hex, too small for its fields, above kMostMessageBytes, or less than the message
  field,      ///< an ASCII field that is not hex
  truncated,  ///< the message ends before its length says
};
const char* to_text(FrameFault);

/// Above any answer of a PLC (960 words in ASCII are 3,840 characters); what claims more is refused unread.
inline constexpr std::size_t kMostMessageBytes = 16'384;

/// How long the message at the front of a stream of bytes is, header included;
/// nothing while too few bytes are there to tell.
std::expected<std::optional<std::size_t>, FrameFault> message_size(Format, Side, ByteView front);

/// Append one whole message. Requires: it is no longer than kMostMessageBytes.
void encode(Bytes& out, Format, const Request&);
void encode(Bytes& out, Format, const Response&);

/// Read one whole message; views in the result point into `message`.
std::expected<Request, FrameFault> decode_request(Format, ByteView message);
std::expected<Response, FrameFault> decode_response(Format, ByteView message);

/// Writes another serial number into an encoded 4E request; does nothing to a 3E one.
void set_serial(Format, std::span<std::byte> message, std::uint16_t serial);

/// What format a request that begins like this is in, or nothing when it is none (for servers). Needs 4 bytes.
std::optional<Format> detect_request_format(ByteView front);

}  // namespace m2c2::slmp
