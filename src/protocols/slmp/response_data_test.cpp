// Response data against the manual's examples, in both directions, and against what was not asked for.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "protocols/slmp/command.hpp"
#include "tests/vectors/slmp.hpp"

namespace m2c2::slmp {
namespace {

using namespace vectors::slmp_wire;
using vectors::ascii;
using vectors::binary;

constexpr Code kCodes[] = {Code::binary, Code::ascii};
constexpr vectors::Wire kThreeWords{"9519 0212 3011", "1995 1202 1130"};

std::uint8_t id(LabelType type) { return static_cast<std::uint8_t>(type); }

template <class... Extra, class Value, class Argument>
Bytes wire(void (*encode)(Bytes&, Code, Argument, Extra...), Code code, const Value& value) {
  Bytes out;
  encode(out, code, value, Extra{}...);
  return out;
}

/// One label of a 041C answer.
LabelValue only_label(Code code, const Bytes& data) {
  const auto values = decode_label_values(code, data, 1);
  return values ? values->at(0) : LabelValue{};
}

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

TEST(ResponseData, WordsAreTheManuals) {
  const std::vector<std::uint16_t> words{0x1995, 0x1202, 0x1130};
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_words(code, kThreeWords.in(code), 3), words);
    EXPECT_EQ(wire(encode_words, code, words), kThreeWords.in(code));
  }
}

TEST(ResponseData, BitsAreTheManuals) {
  const std::vector<bool> eight{0, 0, 0, 1, 0, 0, 1, 1};
  const std::vector<bool> five{1, 0, 1, 0, 1};
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_bits(code, kEightBits.in(code), 8), eight);
    EXPECT_EQ(wire(encode_bits, code, eight), kEightBits.in(code));
    EXPECT_EQ(decode_bits(code, kFiveBits.in(code), 5), five);
    EXPECT_EQ(wire(encode_bits, code, five), kFiveBits.in(code));
  }
}

TEST(ResponseData, RandomValuesAreTheManuals) {
  const RandomValues values{{0x1995, 0x1202, 0x2030, 0x4849}, {0x4C544F4E, 0xC3DEB9AF, 0xBADDBCB7}};
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_random_values(code, kRandomReadAnswer.in(code), 4, 3), values);
    EXPECT_EQ(wire(encode_random_values, code, values), kRandomReadAnswer.in(code));
  }
}

TEST(ResponseData, LabelsAreTheManuals) {
  const std::vector<LabelValue> values{{id(LabelType::bit), 0, 1, binary("0100")},
                                       {id(LabelType::word), 1, 2, binary("1000")},
                                       {id(LabelType::word), 1, 2, binary("3412")}};
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_label_values(code, kLabelReadAnswer.in(code), 3), values);
    EXPECT_EQ(wire(encode_label_values, code, values), kLabelReadAnswer.in(code));
  }
}

TEST(ResponseData, ArrayLabelsAreTheManuals) {
  const std::vector<LabelValue> values{{id(LabelType::word), 1, 8, binary("0100 0200 0300 0400")},
                                       {id(LabelType::word), 1, 4, binary("0500 0600")}};
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_array_label_values(code, kArrayLabelReadAnswer.in(code), 2), values);
    EXPECT_EQ(wire(encode_array_label_values, code, values), kArrayLabelReadAnswer.in(code));
  }
}

TEST(ResponseData, ArrayLengthInBitsComesInWholeWords) {
  const std::vector<LabelValue> values{{id(LabelType::bit), 0, 6, binary("0200")}};
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_array_label_values(code, kBitArrayAnswer.in(code), 1), values);
    EXPECT_EQ(wire(encode_array_label_values, code, values), kBitArrayAnswer.in(code));
  }
  EXPECT_TRUE(decode_array_label_values(Code::binary, binary("0100 01 00 1100 data: 0000 0100"), 1));
  EXPECT_FALSE(decode_array_label_values(Code::binary, binary("0100 01 00 1100 data: 0000"), 1));
}

TEST(ResponseData, OddArrayLengthInBytesRoundsUpToWholeWords) {
  const auto values = decode_array_label_values(Code::ascii, ascii("0001 09 01 0003 data: 4241 0043"), 1);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0), (LabelValue{id(LabelType::string), 1, 3, binary("41 42 43 00")}));
}

TEST(ResponseData, OddLabelLengthRoundsUpToWholeWordsToo) {
  const Bytes data = binary("0100 type: 09 00 0300 data: 4142 4300");
  EXPECT_EQ(only_label(Code::binary, data), (LabelValue{id(LabelType::string), 1, 3, binary("41 42 43 00")}));
  EXPECT_EQ(wire(encode_label_values, Code::binary, std::vector{only_label(Code::binary, data)}), data);
}

TEST(ResponseData, LabelDataOfEitherCodeIsInMemoryOrder) {
  const auto same = [](const char* binary_data, const char* ascii_data) {
    EXPECT_EQ(only_label(Code::binary, binary(binary_data)), only_label(Code::ascii, ascii(ascii_data)));
    EXPECT_FALSE(only_label(Code::binary, binary(binary_data)).data.empty());
  };
  same("0100 type: 08 00 0400 time: FFFFFF7F", "0001 type: 08 00 0004 time: 7FFFFFFF");
  same("0100 type: 06 00 0400 real: 0000803F", "0001 type: 06 00 0004 real: 3F800000");
  same("0100 type: 05 00 0400 dint: FEFFFFFF", "0001 type: 05 00 0004 dint: FFFFFFFE");
  same("0100 type: 07 00 0800 lreal: 000000000000F03F", "0001 type: 07 00 0008 lreal: 3FF0000000000000");
  same("0100 type: 0A 00 0A00 wstring: 4100 4100 4100 4100 0000",
       "0001 type: 0A 00 000A wstring: 0041 0041 0041 0041 0000");
  same("0100 type: 10 00 0400 wstring: 4100 0000", "0001 type: 10 00 0004 wstring: 0041 0000");
  same("0100 type: 09 00 0600 string: 41 42 43 44 45 00", "0001 type: 09 00 0006 string: 4241 4443 0045");
  same("0100 type: 77 00 0400 unknown: 3412 7856", "0001 type: 77 00 0004 unknown: 1234 5678");
}

TEST(ResponseData, AsciiLabelsMayComeWordByWord) {
  const LabelValue real{id(LabelType::float32), 1, 4, binary("0000403F")};
  const Bytes data = ascii("0001 type: 06 00 0004 low: 0000 high: 3F40");
  EXPECT_EQ(decode_label_values(Code::ascii, data, 1, LabelOrder::word_by_word), std::vector{real});
  Bytes out;
  encode_label_values(out, Code::ascii, std::vector{real}, LabelOrder::word_by_word);
  EXPECT_EQ(out, data);
}

TEST(ResponseData, LabelOfHalfAnElementKeepsItsBytes) {
  const Bytes data = ascii("0001 type: 06 unit: 01 length: 0006 data: 3F800000 1234");
  const auto values = decode_array_label_values(Code::ascii, data, 1);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0).data, binary("0000803F 3412"));
  EXPECT_EQ(wire(encode_array_label_values, Code::ascii, *values), data);
}

TEST(ResponseData, SpareByteOfALabelMeansNothing) {
  EXPECT_EQ(only_label(Code::binary, binary("0100 type: 02 spare: EE 0200 3412")).data, binary("3412"));
}

TEST(ResponseData, TypeNameLosesItsPadding) {
  const TypeName type{"Q03UDECPU", 0x0268};
  for (const Code code : kCodes) {
    const Bytes data = wire(encode_type_name, code, type);
    EXPECT_EQ(data.size(), code == Code::binary ? 18U : 20U);
    EXPECT_EQ(as_text(ByteView{data}.first(16)), "Q03UDECPU       ");
    EXPECT_EQ(decode_type_name(code, data), type);
  }
  Bytes blank(16, std::byte{' '});
  append(blank, binary("6802"));
  EXPECT_EQ(decode_type_name(Code::binary, blank), (TypeName{"", 0x0268}));
}

TEST(ResponseData, FewerOrMoreThanAskedForIsNoAnswer) {
  for (const Code code : kCodes) {
    EXPECT_FALSE(decode_words(code, kThreeWords.in(code), 2));
    EXPECT_FALSE(decode_words(code, kThreeWords.in(code), 4));
    EXPECT_FALSE(decode_bits(code, kEightBits.in(code), 9));
    EXPECT_FALSE(decode_random_values(code, kRandomReadAnswer.in(code), 4, 2));
    EXPECT_FALSE(decode_label_values(code, kLabelReadAnswer.in(code), 2));
    EXPECT_FALSE(decode_array_label_values(code, kArrayLabelReadAnswer.in(code), 3));
    EXPECT_FALSE(decode_type_name(code, kThreeWords.in(code)));
  }
}

TEST(ResponseData, CutLabelsAreNoAnswer) {
  for (const Code code : kCodes) {
    const Bytes labels = kLabelReadAnswer.in(code);
    for (std::size_t n = 0; n < labels.size(); ++n)
      EXPECT_FALSE(decode_label_values(code, ByteView{labels}.first(n), 3)) << n;
    const Bytes arrays = kArrayLabelReadAnswer.in(code);
    for (std::size_t n = 0; n < arrays.size(); ++n)
      EXPECT_FALSE(decode_array_label_values(code, ByteView{arrays}.first(n), 2)) << n;
  }
}

TEST(ResponseData, WhatIsNotHexIsNoWord) {
  EXPECT_FALSE(decode_words(Code::ascii, ascii("1995 12G2"), 2));
  EXPECT_FALSE(decode_words(Code::ascii, ascii("-001"), 1));
  EXPECT_EQ(decode_words(Code::ascii, ascii("abCd"), 1), std::vector<std::uint16_t>{0xABCD});
  EXPECT_FALSE(decode_random_values(Code::ascii, ascii("12G2"), 1, 0));
  EXPECT_FALSE(decode_label_values(Code::ascii, ascii("0001 02 00 0002 12G2"), 1));
}

TEST(ResponseData, WhatIsNeitherZeroNorOneIsNoBit) {
  EXPECT_FALSE(decode_bits(Code::ascii, ascii("0102"), 4));
  EXPECT_FALSE(decode_bits(Code::ascii, ascii("01/1"), 4));
  EXPECT_FALSE(decode_bits(Code::binary, binary("20"), 2));
  EXPECT_EQ(decode_bits(Code::binary, binary("1F"), 1), std::vector<bool>{true}) << "the last nibble is padding";
}

TEST(ResponseData, NothingAskedForIsNothingAnswered) {
  for (const Code code : kCodes) {
    EXPECT_EQ(decode_words(code, {}, 0), std::vector<std::uint16_t>{});
    EXPECT_EQ(decode_bits(code, {}, 0), std::vector<bool>{});
  }
}

TEST(ResponseData, LimitsAreTheManuals) {
  EXPECT_EQ(limits_for(Code::binary).words, 960U);
  EXPECT_EQ(limits_for(Code::ascii).words, 960U);
  EXPECT_EQ(limits_for(Code::binary).bits, 7168U);
  EXPECT_EQ(limits_for(Code::ascii).bits, 3584U);
  EXPECT_EQ(limits_for(Code::ascii).label_bytes, 1920U);
}

}  // namespace
}  // namespace m2c2::slmp
