// UTF-8 and UTF-16, both ways: the names of labels and WSTRING values. What is not well-formed becomes U+FFFD.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace m2c2::slmp {

std::u16string to_utf16(std::string_view utf8);
std::string to_utf8(std::u16string_view utf16);

}  // namespace m2c2::slmp
