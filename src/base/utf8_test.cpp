// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace m2c2 {
namespace {

TEST(Utf8, EveryCodePointIsReadBackAndWhatIsNoneBecomesTheReplacementCharacter) {
  for (char32_t point = 0; point <= 0x11'0010; ++point) {
    std::string text;
    append_utf8(text, point);
    std::string_view rest = text;
    const bool is_one = point <= 0x10'FFFF && (point < 0xD800 || point > 0xDFFF);
    ASSERT_EQ(take_code_point(rest), is_one ? point : kReplacementCharacter);
    ASSERT_TRUE(rest.empty());
  }
}

TEST(Utf8, TakesNothingThatIsNotWellFormed) {
  for (const std::string_view text : {"\x80", "\xC0\x80", "\xC3", "\xC3\x28", "\xE0\x9F\xBF", "\xED\xA0\x80",
                                      "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    std::string_view rest = text;
    EXPECT_EQ(take_code_point(rest), std::nullopt);
    EXPECT_EQ(rest, text);
  }
}

}  // namespace
}  // namespace m2c2
