// Typed values: what a PLC holds is what the JSON says.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/value.hpp"

#include <gmock/gmock.h>

#include <bit>

#include "tests/vectors/slmp.hpp"

namespace m2c2::slmp {
namespace {

using vectors::binary;

std::string words(DataType type, std::vector<std::uint16_t> values) {
  std::string json;
  append_words(json, type, values);
  return json;
}

std::string dword(DataType type, std::uint32_t value) {
  std::string json;
  append_dword(json, type, value);
  return json;
}

std::string bits(const std::vector<bool>& values) {
  std::string json;
  append_bits(json, values);
  return json;
}

/// A label of 041C: as many bytes as there are.
LabelValue label(LabelType type, std::string_view data) {
  LabelValue value{.type = static_cast<std::uint8_t>(type), .data = binary(data)};
  value.length = static_cast<std::uint16_t>(value.data.size());
  return value;
}

std::string json_of(const LabelValue& value, std::optional<DataType> wanted = std::nullopt) {
  std::string json;
  append_label(json, value, wanted);
  return json;
}

TEST(Value, OneElementIsAScalarAndSeveralAreAnArray) {
  EXPECT_EQ(words(DataType::uint16, {65535}), "65535");
  EXPECT_EQ(words(DataType::uint16, {0, 1, 65535}), "[0,1,65535]");
  EXPECT_EQ(words(DataType::int16, {0xFFFF}), "-1");
  EXPECT_EQ(words(DataType::int16, {0x8000, 0x7FFF}), "[-32768,32767]");
  EXPECT_EQ(words(DataType::uint16, {}), "[]");
}

TEST(Value, IsAppendedToWhatIsThere) {
  std::string json = "{\"value\":";
  append_words(json, DataType::uint16, std::vector<std::uint16_t>{7});
  EXPECT_EQ(json, "{\"value\":7");
}

TEST(Value, LowerDeviceHoldsTheLowWord) {
  EXPECT_EQ(words(DataType::uint32, {0x0001, 0x0002}), "131073");
  EXPECT_EQ(words(DataType::int32, {0xFFFE, 0xFFFF}), "-2");
  EXPECT_EQ(words(DataType::int32, {0x0000, 0x8000, 0xFFFF, 0x7FFF}), "[-2147483648,2147483647]");
  EXPECT_EQ(words(DataType::uint64, {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}), "18446744073709551615");
  EXPECT_EQ(words(DataType::int64, {0, 0, 0, 0x8000}), "-9223372036854775808");
  EXPECT_EQ(words(DataType::float32, {0x0000, 0x3F80}), "1.0");
  EXPECT_EQ(words(DataType::float64, {0, 0, 0, 0x3FF8}), "1.5");
}

TEST(Value, FloatsAreShortAndReadBackTheSame) {
  const auto pi = std::bit_cast<std::uint32_t>(3.14F);
  EXPECT_EQ(dword(DataType::float32, pi), "3.14");
  EXPECT_EQ(dword(DataType::float32, 0x80000000), "-0.0");
}

TEST(Value, NotANumberAndInfinitiesAreTextBecauseJsonHasNone) {
  EXPECT_EQ(dword(DataType::float32, 0x7FC00000), "\"NaN\"");
  EXPECT_EQ(dword(DataType::float32, 0xFF800000), "\"-Infinity\"");
  EXPECT_EQ(words(DataType::float64, {0, 0, 0, 0x7FF0}), "\"Infinity\"");
}

TEST(Value, WordAsBitsIsSixteenBooleansLowestFirst) {
  EXPECT_EQ(words(DataType::bit, {0x8001}),
            "[true,false,false,false,false,false,false,false,false,false,false,false,false,false,false,true]");
}

TEST(Value, DwordIsReadAsAnyTypeOfUpToTwoWords) {
  EXPECT_EQ(dword(DataType::uint32, 0xFFFFFFFF), "4294967295");
  EXPECT_EQ(dword(DataType::int32, 0xFFFFFFFF), "-1");
  EXPECT_EQ(dword(DataType::uint16, 0x00020001), "[1,2]");
  EXPECT_EQ(dword(DataType::string, 0x44434241), "\"ABCD\"");
}

TEST(Value, StringEndsAtItsFirstNulAndBeginsInTheLowByte) {
  EXPECT_EQ(words(DataType::string, {0x4241, 0x0043, 0x5858}), "\"ABC\"");
  EXPECT_EQ(words(DataType::string, {0x4241, 0x4443}), "\"ABCD\"");
  EXPECT_EQ(words(DataType::string, {0x0000, 0x4241}), "\"\"");
}

TEST(Value, StringOfAnyBytesIsValidJson) {
  EXPECT_EQ(words(DataType::string, {0x22 | 0x5C << 8, 0x0A | 0x01 << 8}), R"("\"\\\n\u0001")");
  EXPECT_EQ(words(DataType::string, {0xFF41}), "\"A\xEF\xBF\xBD\"");
  EXPECT_EQ(words(DataType::string, {0xA9C3}), "\"\xC3\xA9\"") << "what is UTF-8 stays";
}

TEST(Value, BitsAreBooleans) {
  EXPECT_EQ(bits({true}), "true");
  EXPECT_EQ(bits({false}), "false");
  EXPECT_EQ(bits({true, false, true}), "[true,false,true]");
}

TEST(Value, LabelIsReadByItsType) {
  EXPECT_EQ(json_of(label(LabelType::word, "FFFF")), "65535");
  EXPECT_EQ(json_of(label(LabelType::int16, "FFFF")), "-1");
  EXPECT_EQ(json_of(label(LabelType::dword, "FFFFFFFF")), "4294967295");
  EXPECT_EQ(json_of(label(LabelType::int32, "FFFFFFFF")), "-1");
  EXPECT_EQ(json_of(label(LabelType::time, "FFFFFF7F")), "2147483647");
  EXPECT_EQ(json_of(label(LabelType::float32, "0000C03F")), "1.5");
  EXPECT_EQ(json_of(label(LabelType::float64, "000000000000F83F")), "1.5");
  EXPECT_EQ(json_of(label(LabelType::string, "414243004445")), "\"ABC\"");
  EXPECT_EQ(json_of(label(LabelType::wstring, "4100 296E 0000 4200")), "\"A\xE6\xB8\xA9\"");
  EXPECT_EQ(json_of(label(LabelType::wstring_as_printed, "4100 0000")), "\"A\"");
  EXPECT_EQ(json_of(label(LabelType{0x77}, "0100 0200")), "[1,2]");
}

TEST(Value, BitLabelIsOneBoolean) {
  for (const Code code : {Code::binary, Code::ascii}) {
    const auto values = decode_label_values(code, vectors::slmp_wire::kLabelReadAnswer.in(code), 3);
    ASSERT_TRUE(values);
    EXPECT_EQ(json_of(values->at(0)), "true");
    EXPECT_EQ(json_of(values->at(1)), "16");
  }
}

TEST(Value, BitArrayHasAsManyBooleansAsItsLengthSays) {
  const auto array = [](std::uint8_t unit, std::uint16_t length, std::string_view data) {
    return json_of({static_cast<std::uint8_t>(LabelType::bit), unit, length, binary(data)});
  };
  EXPECT_EQ(array(0, 6, "0200"), "[false,true,false,false,false,false]");
  EXPECT_EQ(array(0, 1, "0100"), "true");
  EXPECT_EQ(array(1, 1, "0500"), "[true,false,true,false,false,false,false,false]");
  EXPECT_EQ(array(0, 65535, "0000"), words(DataType::bit, {0})) << "never more than came";
}

TEST(Value, ArrayLabelIsAnArrayOfItsElements) {
  EXPECT_EQ(json_of(label(LabelType::float32, "0000803F 00000040")), "[1.0,2.0]");
  EXPECT_EQ(json_of(label(LabelType::word, "0100 0200 0300")), "[1,2,3]");
}

TEST(Value, LabelIsReadAsWantedWhereItsDataHoldsThat) {
  EXPECT_EQ(json_of(label(LabelType::word, "FFFF"), DataType::int16), "-1");
  EXPECT_EQ(json_of(label(LabelType::dword, "0000C03F"), DataType::float32), "1.5");
  EXPECT_EQ(json_of(label(LabelType::word, "4142"), DataType::string), "\"AB\"");
  EXPECT_EQ(json_of(label(LabelType::bit, "0100"), DataType::uint16), "1");
  EXPECT_EQ(json_of(label(LabelType::wstring, "4100 0000"), DataType::string), "\"A\"");
  EXPECT_EQ(json_of(label(LabelType::int16, "FFFF"), DataType::float64), "-1") << "half a double is what the label is";
  EXPECT_EQ(json_of(label(LabelType::float32, "0100 0200 0300")), "[1,2,3]") << "one and a half floats are words";
}

TEST(Value, WireHexIsWhatStoodOnTheWire) {
  std::string json;
  append_wire_hex(json, Code::binary, binary("9519 0212"));
  append_wire_hex(json, Code::ascii, vectors::ascii("1995 1202"));
  EXPECT_EQ(json, "\"95190212\"\"19951202\"");
}

TEST(Value, TypesAreKnownByTheNamesOfJobs) {
  for (const char* name :
       {"bit", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "string"}) {
    ASSERT_TRUE(parse_data_type(name)) << name;
    EXPECT_EQ(to_text(*parse_data_type(name)), name);
  }
  for (const char* name : {"", "int", "INT16", "float", "int16 "}) EXPECT_FALSE(parse_data_type(name)) << name;
}

TEST(Value, ElementsTakeTheirWords) {
  EXPECT_EQ(words_per_element(DataType::bit), 1U);
  EXPECT_EQ(words_per_element(DataType::int16), 1U);
  EXPECT_EQ(words_per_element(DataType::float32), 2U);
  EXPECT_EQ(words_per_element(DataType::float64), 4U);
  EXPECT_EQ(words_per_element(DataType::string), 1U);
}

}  // namespace
}  // namespace m2c2::slmp
