// Numbers of SLMP messages, in binary and in ASCII.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/field.hpp"

namespace m2c2::slmp {

std::uint64_t FieldReader::number(std::size_t bytes) {
  if (code_ == Code::ascii) return digits(2 * bytes, 16);
  std::uint64_t value = 0;
  std::size_t shift = 0;
  for (const std::byte b : take(bytes)) {
    value |= std::to_integer<std::uint64_t>(b) << shift;
    shift += 8;
  }
  return value;
}

std::uint64_t FieldReader::digits(std::size_t count, unsigned radix) {
  std::uint64_t value = 0;
  for (const std::byte c : take(count)) {
    const std::uint8_t digit = hex_digit(c);
    if (digit >= radix) refuse();
    value = value * radix + digit;
  }
  return ok() ? value : 0;
}

void FieldWriter::number(std::uint64_t v, std::size_t bytes) {
  if (code_ == Code::ascii) return digits(v, 2 * bytes, 16);
  for (; bytes > 0; --bytes, v >>= 8) out_.push_back(static_cast<std::byte>(v & 0xFF));
}

void FieldWriter::digits(std::uint64_t v, std::size_t count, unsigned radix) {
  const std::size_t begin = out_.size();
  out_.resize(begin + count);
  for (std::size_t i = begin + count; i > begin; v /= radix) out_[--i] = static_cast<std::byte>(kHexDigits[v % radix]);
}

}  // namespace m2c2::slmp
