// UTF-8 and UTF-16: what is well-formed comes back, what is not becomes U+FFFD.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/unicode.hpp"

#include <gmock/gmock.h>

namespace m2c2::slmp {
namespace {

constexpr char16_t kReplacement = 0xFFFD;

TEST(Unicode, EveryCodePointComesBack) {
  std::u16string all;
  for (char32_t c = 0; c <= 0xFFFF; ++c)
    if (c < 0xD800 || c > 0xDFFF) all.push_back(static_cast<char16_t>(c));
  for (char32_t c = 0x10000; c <= 0x10FFFF; ++c) {
    all.push_back(static_cast<char16_t>(0xD7C0 + (c >> 10)));
    all.push_back(static_cast<char16_t>(0xDC00 + (c & 0x3FF)));
  }
  EXPECT_TRUE(to_utf16(to_utf8(all)) == all);
}

TEST(Unicode, KnownCharactersHaveTheirBytes) {
  EXPECT_EQ(to_utf8(u"Aß温😀"), "A\xC3\x9F\xE6\xB8\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(to_utf16("A\xC3\x9F\xE6\xB8\xA9\xF0\x9F\x98\x80"), u"Aß温😀");
}

TEST(Unicode, ByteThatBeginsNothingIsReplacedAndTheRestIsRead) {
  EXPECT_EQ(to_utf16("A\xFF"
                     "B"),
            (std::u16string{u'A', kReplacement, u'B'}));
  EXPECT_EQ(to_utf16("\x80"), std::u16string{kReplacement});
  EXPECT_EQ(to_utf16("\xC3"), std::u16string{kReplacement});
  EXPECT_EQ(to_utf16("\xC3"
                     "A"),
            (std::u16string{kReplacement, u'A'}));
}

TEST(Unicode, OverlongFormsSurrogatesAndTooLargeOnesAreReplaced) {
  for (const char* text : {"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80"})
    EXPECT_THAT(to_utf16(text), testing::Each(kReplacement));
}

TEST(Unicode, LoneSurrogatesAreReplaced) {
  EXPECT_EQ(to_utf8(std::u16string{0xD83D}), "\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8(std::u16string{0xDE00, u'A'}),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(to_utf8(std::u16string{0xD83D, 0xD83D, 0xDE00}), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace m2c2::slmp
