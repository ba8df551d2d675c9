// SLMP frames: writing them, cutting them out of a stream, reading them.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/frame.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "protocols/slmp/field.hpp"

namespace m2c2::slmp {
namespace {

constexpr std::size_t kSubheaderBytes = 2;
constexpr std::size_t kSerialBytes = 4;  // with the fixed 0000 behind it
constexpr std::size_t kRouteBytes = 5;
constexpr std::size_t kLengthBytes = 2;

/// The first byte of the subheader; the second is 00.
constexpr std::uint8_t subheader(FrameType frame, Side side) {
  return static_cast<std::uint8_t>((frame == FrameType::e3 ? 0x50 : 0x54) | (side == Side::response ? 0x80 : 0));
}

/// Up to the data length, which counts what follows.
constexpr std::size_t header_size(Format format) {
  const std::size_t serial = format.frame == FrameType::e4 ? kSerialBytes : 0;
  return field_size(format.code, kSubheaderBytes + serial + kRouteBytes + kLengthBytes);
}

/// Timer, command and subcommand of a request; the end code of a response.
constexpr std::size_t least_length(Format format, Side side) {
  return field_size(format.code, side == Side::request ? 6 : 2);
}

void put_route(FieldWriter& out, const Route& route) {
  out.u8(route.network);
  out.u8(route.station);
  out.u16(route.module_io);
  out.u8(route.multidrop);
}

Route get_route(FieldReader& in) {
  Route route;
  route.network = in.u8();
  route.station = in.u8();
  route.module_io = in.u16();
  route.multidrop = in.u8();
  return route;
}

void put_header(FieldWriter& out, Format format, Side side, std::uint16_t serial, const Route& route,
                std::size_t length) {
  out.u8(subheader(format.frame, side));
  out.u8(0);
  if (format.frame == FrameType::e4) {
    out.u16(serial);
    out.u16(0);
  }
  put_route(out, route);
  out.u16(static_cast<std::uint16_t>(length));
}

void skip_subheader(FieldReader& in) { in.take(field_size(in.code(), kSubheaderBytes)); }

std::uint16_t get_serial(FieldReader& in, Format format) {
  if (format.frame == FrameType::e3) return 0;
  const std::uint16_t serial = in.u16();
  in.take(field_size(format.code, 2));  // 0000 by the manual; what else a peer writes there means nothing
  return serial;
}

/// Whether `front`, as far as it is there, begins like such a message.
bool begins_with_subheader(Format format, Side side, ByteView front) {
  const std::size_t size = std::min(front.size(), field_size(format.code, kSubheaderBytes));
  const std::uint8_t first = subheader(format.frame, side);
  if (format.code == Code::binary) {
    const std::array expected{static_cast<std::byte>(first), std::byte{0}};
    return std::equal(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(size), expected.begin());
  }
  const std::array<std::uint8_t, 4> expected{static_cast<std::uint8_t>(first >> 4),
                                             static_cast<std::uint8_t>(first & 0xF), 0, 0};
  return std::equal(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(size), expected.begin(),
                    [](std::byte c, std::uint8_t digit) { return hex_digit(c) == digit; });
}

std::optional<FrameFault> check_whole(Format format, Side side, ByteView message) {
  const auto size = message_size(format, side, message);
  if (!size) return size.error();
  if (!*size || message.size() < **size) return FrameFault::truncated;
  if (message.size() > **size) return FrameFault::length;
  return std::nullopt;
}

/// Many servers refuse with the end code alone: then there is no such block.
std::optional<ErrorInfo> get_error_info(FieldReader& in) {
  ErrorInfo info;
  info.route = get_route(in);
  info.command = in.u16();
  info.subcommand = in.u16();
  return in.ok() ? std::optional{info} : std::nullopt;
}

}  // namespace

const char* to_text(FrameFault fault) {
  switch (fault) {
    case FrameFault::subheader:
      return "not the expected subheader: another frame type (with or without serial), another communication code, or "
             "no SLMP";
    case FrameFault::length:
      return "the data length field does not fit the message";
    case FrameFault::field:
      return "a field of the ASCII header is not hexadecimal";
    case FrameFault::truncated:
      return "the message ends before its data length says";
  }
  return "unknown fault";
}

std::expected<std::optional<std::size_t>, FrameFault> message_size(Format format, Side side, ByteView front) {
  if (!begins_with_subheader(format, side, front)) return std::unexpected{FrameFault::subheader};
  const std::size_t header = header_size(format);
  if (front.size() < header) return std::nullopt;
  const std::size_t field = field_size(format.code, kLengthBytes);
  FieldReader in{format.code, front.subspan(header - field, field)};
  const std::size_t length = in.u16();
  if (!in.ok() || length < least_length(format, side) || header + length > kMostMessageBytes)
    return std::unexpected{FrameFault::length};
  return header + length;
}

void encode(Bytes& out, Format format, const Request& request) {
  FieldWriter to{format.code, out};
  put_header(to, format, Side::request, request.serial, request.route,
             least_length(format, Side::request) + request.data.size());
  to.u16(request.timer);
  to.u16(request.command);
  to.u16(request.subcommand);
  to.bytes(request.data);
}

void encode(Bytes& out, Format format, const Response& response) {
  const bool ok = response.end_code == 0;
  const std::size_t block = !ok && response.error ? field_size(format.code, kRouteBytes + 4) : 0;
  FieldWriter to{format.code, out};
  put_header(to, format, Side::response, response.serial, response.route,
             least_length(format, Side::response) + (ok ? response.data.size() : block));
  to.u16(response.end_code);
  if (ok) return to.bytes(response.data);
  if (!response.error) return;
  put_route(to, response.error->route);
  to.u16(response.error->command);
  to.u16(response.error->subcommand);
}

std::expected<Request, FrameFault> decode_request(Format format, ByteView message) {
  if (const auto fault = check_whole(format, Side::request, message)) return std::unexpected{*fault};
  FieldReader in{format.code, message};
  Request request;
  skip_subheader(in);
  request.serial = get_serial(in, format);
  request.route = get_route(in);
  in.u16();  // the length, checked
  request.timer = in.u16();
  request.command = in.u16();
  request.subcommand = in.u16();
  request.data = in.rest();
  if (!in.ok()) return std::unexpected{FrameFault::field};
  return request;
}

std::expected<Response, FrameFault> decode_response(Format format, ByteView message) {
  if (const auto fault = check_whole(format, Side::response, message)) return std::unexpected{*fault};
  FieldReader in{format.code, message};
  Response response;
  skip_subheader(in);
  response.serial = get_serial(in, format);
  response.route = get_route(in);
  in.u16();  // the length, checked
  response.end_code = in.u16();
  if (!in.ok()) return std::unexpected{FrameFault::field};
  if (response.end_code == 0) response.data = in.rest();
  else response.error = get_error_info(in);
  return response;
}

void set_serial(Format format, std::span<std::byte> message, std::uint16_t serial) {
  const std::size_t at = field_size(format.code, kSubheaderBytes);
  const std::size_t size = field_size(format.code, 2);
  if (format.frame == FrameType::e3 || message.size() < at + size) return;
  Bytes field;
  FieldWriter{format.code, field}.u16(serial);
  std::ranges::copy(field, message.subspan(at, size).begin());
}

std::optional<Format> detect_request_format(ByteView front) {
  if (front.size() < 4) return std::nullopt;
  for (const Code code : {Code::binary, Code::ascii})
    for (const FrameType frame : {FrameType::e3, FrameType::e4})
      if (begins_with_subheader({frame, code}, Side::request, front)) return Format{frame, code};
  return std::nullopt;
}

}  // namespace m2c2::slmp
