// Frames against the manual's messages, in both directions, and against what is no frame.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/frame.hpp"

#include <gmock/gmock.h>

#include "tests/vectors/slmp.hpp"

namespace m2c2::slmp {
namespace {

using namespace vectors::slmp_wire;
using vectors::ascii;
using vectors::binary;

constexpr Format k3eBinary{FrameType::e3, Code::binary};
constexpr Format k3eAscii{FrameType::e3, Code::ascii};
constexpr Format k4eBinary{FrameType::e4, Code::binary};
constexpr Format k4eAscii{FrameType::e4, Code::ascii};
constexpr Format kFormats[] = {k3eBinary, k3eAscii, k4eBinary, k4eAscii};
constexpr Code kCodes[] = {Code::binary, Code::ascii};

Bytes wire(Format format, const Request& request) {
  Bytes out;
  encode(out, format, request);
  return out;
}

Bytes wire(Format format, const Response& response) {
  Bytes out;
  encode(out, format, response);
  return out;
}

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

TEST(Frame, WritesTheManualsRequestsWithoutSerial) {
  for (const Code code : kCodes) {
    const Bytes data = kDeviceReadData.in(code);
    EXPECT_EQ(wire({FrameType::e3, code}, Request{.command = 0x0401, .data = data}), kDeviceRead3e.in(code));
  }
}

TEST(Frame, WritesTheManualsRequestsWithSerial) {
  for (const Code code : kCodes) {
    const Bytes data = kDeviceReadData.in(code);
    const Request request{.serial = 0x1234, .timer = 0x0010, .command = 0x0401, .data = data};
    EXPECT_EQ(wire({FrameType::e4, code}, request), kDeviceRead4e.in(code));
  }
}

TEST(Frame, ReadsTheManualsRequests) {
  for (const Code code : kCodes) {
    const Bytes message = kDeviceRead4e.in(code);
    const auto request = decode_request({FrameType::e4, code}, message);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->serial, 0x1234);
    EXPECT_EQ(request->route, Route{});
    EXPECT_EQ(request->timer, 0x0010);
    EXPECT_EQ(request->command, 0x0401);
    EXPECT_EQ(request->subcommand, 0);
    EXPECT_EQ(to_hex(request->data), to_hex(kDeviceReadData.in(code)));
  }
}

TEST(Frame, ReadsAndWritesTheManualsAnswers) {
  for (const Code code : kCodes) {
    const Bytes message = kDeviceReadAnswer4e.in(code);
    const auto answer = decode_response({FrameType::e4, code}, message);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->serial, 0x1234);
    EXPECT_EQ(answer->end_code, 0);
    EXPECT_EQ(answer->data.size(), code == Code::binary ? 6U : 12U);
    EXPECT_EQ(wire({FrameType::e4, code}, *answer), message);
    EXPECT_EQ(wire({FrameType::e3, code}, *answer), kDeviceReadAnswer3e.in(code));
  }
}

TEST(Frame, RefusalTellsWhichStationRefusedWhatCommand) {
  for (const Code code : kCodes) {
    const Bytes message = kRefusal3e.in(code);
    const auto answer = decode_response({FrameType::e3, code}, message);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->end_code, 0xC051);
    EXPECT_EQ(answer->error, (ErrorInfo{.command = 0x0401}));
    EXPECT_TRUE(answer->data.empty());
    EXPECT_EQ(wire({FrameType::e3, code}, *answer), message);
  }
}

TEST(Frame, RefusalMayBeTheEndCodeAlone) {
  for (const Code code : kCodes) {
    const Bytes message = kBareRefusal3e.in(code);
    const auto answer = decode_response({FrameType::e3, code}, message);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->end_code, 0xC051);
    EXPECT_FALSE(answer->error);
    EXPECT_EQ(wire({FrameType::e3, code}, *answer), message);
  }
}

TEST(Frame, RefusalWithAnUnreadableBlockIsStillThatRefusal) {
  const Bytes message = ascii("D000 00FF03FF00 length: 0016 end-code: C059 block: ??????????????????");
  const auto answer = decode_response(k3eAscii, message);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->end_code, 0xC059);
  EXPECT_FALSE(answer->error);
}

TEST(Frame, CarriesAnyRoute) {
  const Route route{.network = 0x01, .station = 0x02, .module_io = 0x03E1, .multidrop = 0x1F};
  for (const Format format : kFormats) {
    const Bytes message = wire(format, Request{.route = route, .command = 0x0101});
    ASSERT_TRUE(decode_request(format, message));
    EXPECT_EQ(decode_request(format, message)->route, route);
  }
}

TEST(Frame, LowerCaseHexIsRead) {
  const Bytes message = ascii("d000 00ff03ff00 length: 000a end-code: 0000 data: 00abcd");
  const auto answer = decode_response(k3eAscii, message);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->route, Route{});
  EXPECT_EQ(as_text(answer->data), "00abcd");
}

TEST(Frame, FixedFieldBehindTheSerialMayHoldAnything) {
  const Bytes message = binary("D400 serial: 0100 fixed: AA55 00FFFF0300 length: 0200 end-code: 0000");
  const auto answer = decode_response(k4eBinary, message);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->serial, 1);
}

TEST(Frame, SizeIsKnownAsSoonAsTheLengthIsThere) {
  for (const Format format : kFormats) {
    const auto& vector = format.frame == FrameType::e3 ? kDeviceReadAnswer3e : kDeviceReadAnswer4e;
    const Bytes message = vector.in(format.code);
    const std::size_t header = message.size() - (format.code == Code::binary ? 8 : 16);
    for (std::size_t n = 0; n <= message.size(); ++n) {
      const auto size = message_size(format, Side::response, ByteView{message}.first(n));
      ASSERT_TRUE(size) << n;
      EXPECT_EQ(*size, n < header ? std::nullopt : std::optional{message.size()}) << n;
    }
  }
}

TEST(Frame, BytesOfTheNextMessageDoNotChangeTheSize) {
  Bytes stream = kDeviceReadAnswer3e.in(Code::binary);
  const std::size_t first = stream.size();
  append(stream, kRefusal3e.in(Code::binary));
  EXPECT_EQ(message_size(k3eBinary, Side::response, stream).value(), first);
}

TEST(Frame, ForeignSubheaderIsToldAtItsFirstByte) {
  EXPECT_EQ(message_size(k3eBinary, Side::response, binary("48")).error(), FrameFault::subheader);
  EXPECT_EQ(message_size(k4eAscii, Side::response, ascii("D0")).error(), FrameFault::subheader);
  EXPECT_EQ(message_size(k3eBinary, Side::response, ascii("D000")).error(), FrameFault::subheader);
  EXPECT_EQ(message_size(k3eAscii, Side::response, binary("D000")).error(), FrameFault::subheader);
  EXPECT_EQ(message_size(k3eBinary, Side::response, binary("5000")).error(), FrameFault::subheader);
}

TEST(Frame, LengthThatCannotBeIsRefused) {
  const auto fault = [](Format format, Side side, const Bytes& front) {
    return message_size(format, side, front).error();
  };
  EXPECT_EQ(fault(k3eBinary, Side::response, binary("D000 00FFFF0300 length: 0100")), FrameFault::length);
  EXPECT_EQ(fault(k3eBinary, Side::request, binary("5000 00FFFF0300 length: 0500")), FrameFault::length);
  EXPECT_EQ(fault(k3eBinary, Side::response, binary("D000 00FFFF0300 length: FFFF")), FrameFault::length);
  EXPECT_EQ(fault(k3eAscii, Side::response, ascii("D000 00FF03FF00 length: 00X0")), FrameFault::length);
  EXPECT_EQ(fault(k3eAscii, Side::response, ascii("D000 00FF03FF00 length: 0003")), FrameFault::length);
}

TEST(Frame, LongestMessageIsReadAndOneByteMoreIsNot) {
  const Bytes data(kMostMessageBytes - 11);
  const Bytes longest = wire(k3eBinary, Response{.data = data});
  EXPECT_EQ(longest.size(), kMostMessageBytes);
  EXPECT_TRUE(decode_response(k3eBinary, longest));
  Bytes longer = longest;
  longer[7] = static_cast<std::byte>(std::to_integer<unsigned>(longer[7]) + 1);
  longer.push_back({});
  EXPECT_EQ(decode_response(k3eBinary, longer).error(), FrameFault::length);
}

TEST(Frame, CutMessageIsTruncatedWhereverItIsCut) {
  for (const Format format : kFormats) {
    const Bytes message = wire(format, Request{.command = 0x0401, .data = {}});
    for (std::size_t n = 0; n < message.size(); ++n)
      EXPECT_EQ(decode_request(format, ByteView{message}.first(n)).error(), FrameFault::truncated) << n;
  }
}

TEST(Frame, DatagramLongerThanItsLengthIsRefused) {
  Bytes message = kDeviceReadAnswer3e.in(Code::binary);
  message.push_back({});
  EXPECT_EQ(decode_response(k3eBinary, message).error(), FrameFault::length);
}

TEST(Frame, AsciiFieldThatIsNotHexIsRefused) {
  EXPECT_EQ(decode_response(k3eAscii, ascii("D000 0G FF 03FF 00 0004 0000")).error(), FrameFault::field);
  EXPECT_EQ(decode_response(k3eAscii, ascii("D000 00 FF 03FF 00 0004 -001")).error(), FrameFault::field);
  EXPECT_EQ(decode_request(k4eAscii, ascii("5400 +123 0000 00FF03FF00 000C 0000 0401 0000")).error(),
            FrameFault::field);
}

TEST(Frame, SerialIsRewrittenInPlace) {
  for (const Code code : kCodes) {
    Bytes message = kDeviceRead4e.in(code);
    for (const std::uint16_t serial : std::initializer_list<std::uint16_t>{0x0000, 0xABCD, 0xFFFF}) {
      set_serial({FrameType::e4, code}, message, serial);
      EXPECT_EQ(decode_request({FrameType::e4, code}, message)->serial, serial);
    }
    set_serial({FrameType::e4, code}, message, 0x1234);
    EXPECT_EQ(message, kDeviceRead4e.in(code));
  }
}

TEST(Frame, SerialOfAFrameWithoutOneIsLeftAlone) {
  Bytes message = kDeviceRead3e.in(Code::ascii);
  set_serial(k3eAscii, message, 0xFFFF);
  EXPECT_EQ(message, kDeviceRead3e.in(Code::ascii));
  Bytes stub = binary("5400 12");
  set_serial(k4eBinary, stub, 0xFFFF);
  EXPECT_EQ(stub, binary("5400 12"));
}

TEST(Frame, ServerTellsTheFormatByTheFirstFourBytes) {
  for (const Format format : kFormats)
    EXPECT_EQ(detect_request_format(ByteView{wire(format, Request{})}.first(4)), format);
  EXPECT_EQ(detect_request_format(binary("500000")), std::nullopt);
  EXPECT_EQ(detect_request_format(binary("D0000000")), std::nullopt);
  EXPECT_EQ(detect_request_format(ascii("GET /")), std::nullopt);
}

TEST(Frame, EveryFaultHasItsWords) {
  EXPECT_THAT(to_text(FrameFault::subheader), testing::HasSubstr("communication code"));
  EXPECT_THAT(to_text(FrameFault::length), testing::HasSubstr("length"));
  EXPECT_THAT(to_text(FrameFault::field), testing::HasSubstr("hexadecimal"));
  EXPECT_THAT(to_text(FrameFault::truncated), testing::HasSubstr("ends before"));
}

}  // namespace
}  // namespace m2c2::slmp
