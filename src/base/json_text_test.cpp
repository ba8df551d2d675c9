// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/plain_text.hpp"

namespace m2c2 {
namespace {

/// Each byte at each place of a text that is looked at in several steps, the last of them byte by byte.
template <class Check>
void with_each_byte(Check check) {
  constexpr std::size_t kSize = 67;
  for (std::size_t at = 0; at < kSize; ++at)
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(kSize, 'x');
      text[at] = static_cast<char>(byte);
      check(text);
    }
}

TEST(PlainText, EndsAtTheFirstByteThatIsNotPlain) {
  with_each_byte([](const std::string& text) {
    const auto first = std::ranges::find_if_not(text, is_plain) - text.begin();
    ASSERT_EQ(plain_prefix(text), static_cast<std::size_t>(first)) << testing::PrintToString(text);
  });
}

TEST(JsonText, ReadsBackAsWhatWasWritten) {
  with_each_byte([](const std::string& text) {
    std::string json;
    append_json_string(json, text);
    const auto read = boost::json::parse(json).as_string();
    if (is_utf8(text)) ASSERT_EQ(read, text) << json;
    else ASSERT_NE(read.find("\xEF\xBF\xBD"), boost::json::string::npos) << json;
  });
}

TEST(JsonText, KeepsUtf8AndReplacesWhatIsNot) {
  std::string json;
  append_json_string(json,
                     "Temperatur 20 \xC2\xB0"
                     "C \xC0\xAF \xED\xA0\x80 \xF0\x9F\x8C\xA1");
  EXPECT_EQ(json,
            "\"Temperatur 20 \xC2\xB0"
            "C \xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xF0\x9F\x8C\xA1\"");
}

}  // namespace
}  // namespace m2c2
