// SLMP messages and their data as they stand on the wire, from the manual's examples, in both codes: for the tests of
// whoever speaks SLMP, whichever side.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::vectors {

/// The fields of a text without the words on them: "head: 640000 code: A8" is "640000A8".
inline std::string fields(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view token = text.substr(0, text.find(' '));
    if (!token.ends_with(':')) out += token;
    text.remove_prefix(std::min(text.size(), token.size() + 1));
  }
  return out;
}

/// Bytes from hex with words on its fields.
inline Bytes binary(std::string_view text) {
  const auto bytes = from_hex(fields(text));
  return bytes ? *bytes : throw std::invalid_argument{std::string{text}};
}

/// Bytes from ASCII text with words on its fields.
inline Bytes ascii(std::string_view text) {
  const std::string characters = fields(text);
  const ByteView bytes = as_bytes(characters);
  return {bytes.begin(), bytes.end()};
}

/// The same thing in both codes.
struct Wire {
  std::string_view binary_text;
  std::string_view ascii_text;

  Bytes in(slmp::Code code) const { return code == slmp::Code::binary ? binary(binary_text) : ascii(ascii_text); }
};

}  // namespace m2c2::vectors

namespace m2c2::vectors::slmp_wire {

// 0401: D100 to D102, which hold 1995H, 1202H, 1130H.
inline constexpr Wire kDeviceRead3e{
    "subheader: 5000 route: 00 FF FF03 00 length: 0C00 timer: 0000 command: 0104 subcommand: 0000 "
    "head: 640000 code: A8 points: 0300",
    "subheader: 5000 route: 00 FF 03FF 00 length: 0018 timer: 0000 command: 0401 subcommand: 0000 "
    "code: D* head: 000100 points: 0003"};
inline constexpr Wire kDeviceReadAnswer3e{
    "subheader: D000 route: 00 FF FF03 00 length: 0800 end-code: 0000 words: 9519 0212 3011",
    "subheader: D000 route: 00 FF 03FF 00 length: 0010 end-code: 0000 words: 1995 1202 1130"};
// The same with the serial number 1234H and the monitoring timer 0010H.
inline constexpr Wire kDeviceRead4e{
    "subheader: 5400 serial: 3412 fixed: 0000 route: 00 FF FF03 00 length: 0C00 timer: 1000 command: 0104 "
    "subcommand: 0000 head: 640000 code: A8 points: 0300",
    "subheader: 5400 serial: 1234 fixed: 0000 route: 00 FF 03FF 00 length: 0018 timer: 0010 command: 0401 "
    "subcommand: 0000 code: D* head: 000100 points: 0003"};
inline constexpr Wire kDeviceReadAnswer4e{
    "subheader: D400 serial: 3412 fixed: 0000 route: 00 FF FF03 00 length: 0800 end-code: 0000 words: 9519 0212 3011",
    "subheader: D400 serial: 1234 fixed: 0000 route: 00 FF 03FF 00 length: 0010 end-code: 0000 words: 1995 1202 1130"};
inline constexpr Wire kRefusal3e{
    "subheader: D000 route: 00 FF FF03 00 length: 0B00 end-code: 51C0 "
    "network: 00 station: FF module: FF03 multidrop: 00 command: 0104 subcommand: 0000",
    "subheader: D000 route: 00 FF 03FF 00 length: 0016 end-code: C051 "
    "network: 00 station: FF module: 03FF multidrop: 00 command: 0401 subcommand: 0000"};
inline constexpr Wire kBareRefusal3e{"subheader: D000 route: 00 FF FF03 00 length: 0200 end-code: 51C0",
                                     "subheader: D000 route: 00 FF 03FF 00 length: 0004 end-code: C051"};

// Data alone. 0401: D100 x 3, with a Q/L subcommand and with an iQ-R one.
inline constexpr Wire kDeviceReadData{"head: 640000 code: A8 points: 0300", "code: D* head: 000100 points: 0003"};
inline constexpr Wire kDeviceReadDataIqr{"head: 64000000 code: A800 points: 0300",
                                         "code: D*** head: 00000100 points: 0003"};
// 0401 in bit units: 0 0 0 1 0 0 1 1, and 1 0 1 0 1.
inline constexpr Wire kEightBits{"00 01 00 11", "00010011"};
inline constexpr Wire kFiveBits{"10 10 10", "10101"};
// 0403: words D0, TN0, M100, X20; dwords D1500, Y160, M1111.
inline constexpr Wire kRandomReadData{
    "words: 04 dwords: 03 D0: 000000A8 TN0: 000000C2 M100: 64000090 X20: 2000009C "
    "D1500: DC0500A8 Y160: 6001009D M1111: 57040090",
    "words: 04 dwords: 03 D0: D*000000 TN0: TN000000 M100: M*000100 X20: X*000020 "
    "D1500: D*001500 Y160: Y*000160 M1111: M*001111"};
inline constexpr Wire kRandomReadAnswer{"words: 9519 0212 3020 4948 dwords: 4E4F544C AFB9DEC3 B7BCDDBA",
                                        "words: 1995 1202 2030 4849 dwords: 4C544F4E C3DEB9AF BADDBCB7"};
// 041C: LabelB is a bit that is on, LabelW is 16, Sw.led is 1234H.
inline constexpr Wire kLabelReadData{
    "points: 0300 abbreviations: 0000 LabelB: 0600 4C00610062006500 6C004200 LabelW: 0600 4C00610062006500 6C005700 "
    "Sw.led: 0600 530077002E006C0065006400",
    "points: 0003 abbreviations: 0000 LabelB: 0006 004C006100620065006C0042 LabelW: 0006 004C006100620065006C0057 "
    "Sw.led: 0006 00530077002E006C00650064"};
inline constexpr Wire kLabelReadAnswer{
    "points: 0300 LabelB: 01 00 0200 0100 LabelW: 02 00 0200 1000 Sw.led: 02 00 0200 3412",
    "points: 0003 LabelB: 01 00 0002 0001 LabelW: 02 00 0002 0010 Sw.led: 02 00 0002 1234"};
// 041A: Typ1.led[2], 8 bytes, and Typ1.No[1], 4 bytes, by the abbreviation %1; words 1 to 4, and 5 and 6.
inline constexpr Wire kArrayLabelReadData{
    "arrays: 0200 abbreviations: 0100 Typ1: 0400 5400790070003100 "
    "%1.led[2]: 0900 250031002E006C00650064005B0032005D00 unit: 01 fixed: 00 length: 0800 "
    "%1.No[1]: 0800 250031002E004E006F005B0031005D00 unit: 01 fixed: 00 length: 0400",
    "arrays: 0002 abbreviations: 0001 Typ1: 0004 0054007900700031 "
    "%1.led[2]: 0009 00250031002E006C00650064005B0032005D unit: 01 fixed: 00 length: 0008 "
    "%1.No[1]: 0008 00250031002E004E006F005B0031005D unit: 01 fixed: 00 length: 0004"};
inline constexpr Wire kArrayLabelReadAnswer{
    "arrays: 0200 led: 02 01 0800 0100 0200 0300 0400 No: 02 01 0400 0500 0600",
    "arrays: 0002 led: 02 01 0008 0001 0002 0003 0004 No: 02 01 0004 0005 0006"};
// 041A in bit units: six bits of an array, of which the second is on.
inline constexpr Wire kBitArrayAnswer{"arrays: 0100 type: 01 unit: 00 length: 0600 data: 0200",
                                      "arrays: 0001 type: 01 unit: 00 length: 0006 data: 0002"};
// 0619: the text ABCDE.
inline constexpr Wire kSelfTestData{"length: 0500 text: 4142434445", "length: 0005 text: ABCDE"};

}  // namespace m2c2::vectors::slmp_wire
