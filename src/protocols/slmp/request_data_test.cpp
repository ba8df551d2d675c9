// Request data against the manual's examples, in both directions, and against what is no request.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/device.hpp"
#include "tests/vectors/slmp.hpp"

namespace m2c2::slmp {
namespace {

using namespace vectors::slmp_wire;
using vectors::ascii;
using vectors::binary;

constexpr Code kCodes[] = {Code::binary, Code::ascii};

constexpr std::uint16_t kD = 0xA8, kTn = 0xC2, kM = 0x90, kX = 0x9C, kY = 0x9D;

template <class T>
Bytes wire(Code code, const T& request) {
  Bytes out;
  encode_data(out, code, request);
  return out;
}

TEST(RequestData, DeviceReadIsTheManuals) {
  const DeviceRead read{.head = {kD, 100}, .points = 3};
  for (const Code code : kCodes) {
    EXPECT_EQ(wire(code, read), kDeviceReadData.in(code));
    EXPECT_EQ(decode_device_read(code, 0x0000, kDeviceReadData.in(code)), read);
  }
}

TEST(RequestData, DeviceReadOfIqrHasWiderFields) {
  const DeviceRead read{.subcommand = 0x0002, .head = {kD, 100}, .points = 3};
  for (const Code code : kCodes) {
    EXPECT_EQ(wire(code, read), kDeviceReadDataIqr.in(code));
    EXPECT_EQ(decode_device_read(code, 0x0002, kDeviceReadDataIqr.in(code)), read);
  }
}

TEST(RequestData, DeviceReadRandomIsTheManuals) {
  const DeviceReadRandom read{.words = {{kD, 0}, {kTn, 0}, {kM, 100}, {kX, 0x20}},
                              .dwords = {{kD, 1500}, {kY, 0x160}, {kM, 1111}}};
  for (const Code code : kCodes) {
    EXPECT_EQ(wire(code, read), kRandomReadData.in(code));
    EXPECT_EQ(decode_device_read_random(code, 0x0000, kRandomReadData.in(code)), read);
  }
}

TEST(RequestData, LabelReadRandomIsTheManuals) {
  const LabelReadRandom read{.abbreviations = {}, .labels = {"LabelB", "LabelW", "Sw.led"}};
  for (const Code code : kCodes) {
    EXPECT_EQ(wire(code, read), kLabelReadData.in(code));
    EXPECT_EQ(decode_label_read_random(code, kLabelReadData.in(code)), read);
  }
}

TEST(RequestData, ArrayLabelReadIsTheManuals) {
  const ArrayLabelRead read{.abbreviations = {"Typ1"},
                            .labels = {{.label = "%1.led[2]", .unit = 1, .length = 8}, {"%1.No[1]", 1, 4}}};
  for (const Code code : kCodes) {
    EXPECT_EQ(wire(code, read), kArrayLabelReadData.in(code));
    EXPECT_EQ(decode_array_label_read(code, kArrayLabelReadData.in(code)), read);
  }
}

TEST(RequestData, SelfTestIsTheManuals) {
  for (const Code code : kCodes) {
    Bytes out;
    encode_self_test(out, code, "ABCDE");
    EXPECT_EQ(out, kSelfTestData.in(code));
    EXPECT_EQ(decode_self_test(code, out), "ABCDE");
  }
}

TEST(RequestData, PointsAreHexInAscii) {
  EXPECT_EQ(wire(Code::ascii, DeviceRead{.head = {kD, 0}, .points = 960}), ascii("D* 000000 03C0"));
}

TEST(RequestData, DeviceNumbersInAsciiAreOfTheDevicesRadix) {
  EXPECT_EQ(wire(Code::ascii, DeviceRead{.head = {kX, 0x1FF}, .points = 1}), ascii("X* 0001FF 0001"));
  EXPECT_EQ(wire(Code::ascii, DeviceRead{.head = {kM, 511}, .points = 1}), ascii("M* 000511 0001"));
  EXPECT_EQ(decode_device_read(Code::ascii, 0, ascii("M* 0001FF 0001")), std::nullopt);
}

TEST(RequestData, EveryDeviceComesBackFromEitherCodeAndSubcommand) {
  for (const DeviceType& type : device_types())
    for (const Code code : kCodes)
      for (std::uint16_t subcommand = 0; subcommand <= 3; ++subcommand) {
        if (type.ascii2.empty() && !is_iqr(subcommand)) continue;
        const DeviceRead read{subcommand, {type.code, 12345}, 7};
        EXPECT_EQ(decode_device_read(code, subcommand, wire(code, read)), read) << type.name << subcommand;
      }
}

TEST(RequestData, DeviceThatAsciiCannotNameIsWrittenSoThatThePlcRefusesIt) {
  EXPECT_EQ(wire(Code::ascii, DeviceRead{.head = {0x77, 0x10}, .points = 1}), ascii("?? 000010 0001"));
  EXPECT_EQ(decode_device_read(Code::ascii, 0, ascii("?? 000010 0001")), std::nullopt);
}

TEST(RequestData, BinaryDeviceIsReadEvenWhenNobodyKnowsIt) {
  EXPECT_EQ(decode_device_read(Code::binary, 0, binary("100000 77 0100")), (DeviceRead{0, {0x77, 0x10}, 1}));
}

TEST(RequestData, LabelNamesAreCountedInUtf16Units) {
  const LabelReadRandom read{.abbreviations = {}, .labels = {"Größe", "温度", "😀"}};
  const Bytes data = wire(Code::binary, read);
  EXPECT_EQ(data, binary("points: 0300 abbreviations: 0000 Größe: 0500 47007200F600DF006500 温度: 0200 296EA65E "
                         "😀: 0200 3DD800DE"));
  EXPECT_EQ(decode_label_read_random(Code::binary, data), read);
}

TEST(RequestData, LoneSurrogateInALabelNameBecomesTheReplacementCharacter) {
  const auto read = decode_label_read_random(Code::ascii, ascii("0001 0000 0002 D83D 0041"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->labels, std::vector<std::string>{"\xEF\xBF\xBD"
                                                   "A"});
}

TEST(RequestData, CutOrLongerDataIsNoRequest) {
  for (const Code code : kCodes) {
    const auto check = [&](const vectors::Wire& vector, auto decode) {
      Bytes data = vector.in(code);
      for (std::size_t n = 0; n < data.size(); ++n) EXPECT_FALSE(decode(ByteView{data}.first(n))) << n;
      data.push_back(std::byte{'0'});
      EXPECT_FALSE(decode(data));
    };
    check(kDeviceReadData, [&](ByteView data) { return decode_device_read(code, 0, data); });
    check(kDeviceReadDataIqr, [&](ByteView data) { return decode_device_read(code, 2, data); });
    check(kRandomReadData, [&](ByteView data) { return decode_device_read_random(code, 0, data); });
    check(kLabelReadData, [&](ByteView data) { return decode_label_read_random(code, data); });
    check(kArrayLabelReadData, [&](ByteView data) { return decode_array_label_read(code, data); });
    check(kSelfTestData, [&](ByteView data) { return decode_self_test(code, data); });
  }
}

TEST(RequestData, SubcommandsOfOtherLayoutsAreRefused) {
  EXPECT_FALSE(decode_device_read(Code::binary, 0x0080, kDeviceReadData.in(Code::binary)));
  EXPECT_FALSE(decode_device_read_random(Code::binary, 0x0001, kRandomReadData.in(Code::binary)));
}

TEST(RequestData, CountsThatPromiseMoreThanThereIsAreRefusedWithoutReadingOn) {
  EXPECT_FALSE(decode_label_read_random(Code::binary, binary("points: FFFF abbreviations: FFFF length: FFFF")));
  EXPECT_FALSE(decode_array_label_read(Code::ascii, ascii("FFFF FFFF FFFF 0041")));
  EXPECT_FALSE(decode_device_read_random(Code::binary, 0, binary("FF FF")));
}

TEST(RequestData, ArrayUnitIsBitOrByte) {
  EXPECT_TRUE(decode_array_label_read(Code::ascii, ascii("0001 0000 0001 0041 unit: 00 fixed: 00 length: 0006")));
  EXPECT_FALSE(decode_array_label_read(Code::ascii, ascii("0001 0000 0001 0041 unit: 02 fixed: 00 length: 0006")));
}

TEST(RequestData, SelfTestIsOneTo960HexCharacters) {
  EXPECT_FALSE(decode_self_test(Code::ascii, ascii("0000")));
  EXPECT_FALSE(decode_self_test(Code::ascii, ascii("0002 G0")));
  Bytes out;
  encode_self_test(out, Code::binary, std::string(960, 'F'));
  EXPECT_TRUE(decode_self_test(Code::binary, out));
  out.clear();
  encode_self_test(out, Code::binary, std::string(961, 'F'));
  EXPECT_FALSE(decode_self_test(Code::binary, out));
}

}  // namespace
}  // namespace m2c2::slmp
