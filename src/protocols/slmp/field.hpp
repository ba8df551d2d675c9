// The fields of SLMP messages in either code, so that a layout is written down once: binary numbers are
// little-endian, ASCII numbers upper-case hex digits, most significant first (read in either case).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::slmp {

inline constexpr std::string_view kHexDigits = "0123456789ABCDEF";

inline constexpr auto kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0xFF);
  for (std::uint8_t v = 0; v < 16; ++v) {
    const auto upper = static_cast<unsigned char>(kHexDigits[v]);
    values[upper] = v;
    if (v > 9) values[upper + ('a' - 'A')] = v;
  }
  return values;
}();

/// 0 to 15, or above 15 for what is no hex digit.
constexpr std::uint8_t hex_digit(std::byte c) { return kHexValues[std::to_integer<std::size_t>(c)]; }

/// How many bytes of a message a number of so many bytes takes.
constexpr std::size_t field_size(Code code, std::size_t bytes) { return code == Code::ascii ? 2 * bytes : bytes; }

/// Remembers failure like ByteReader: read all fields, then ask done().
class FieldReader {
 public:
  FieldReader(Code code, ByteView message) : code_{code}, rest_{message} {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  /// Of up to 8 bytes.
  std::uint64_t number(std::size_t bytes);
  /// ASCII digits whatever the code is; up to 16 of radix 16.
  std::uint64_t digits(std::size_t count, unsigned radix);
  ByteView take(std::size_t bytes) { return rest_.take(bytes); }

  Code code() const { return code_; }
  ByteView rest() const { return rest_.rest(); }
  bool ok() const { return rest_.ok(); }
  bool done() const { return rest_.done(); }
  void refuse() { rest_.refuse(); }

 private:
  Code code_;
  ByteReader rest_;
};

class FieldWriter {
 public:
  FieldWriter(Code code, Bytes& out) : code_{code}, out_{out} {}

  void u8(std::uint8_t v) { number(v, 1); }
  void u16(std::uint16_t v) { number(v, 2); }
  void u32(std::uint32_t v) { number(v, 4); }
  /// The low `bytes` bytes of v.
  void number(std::uint64_t v, std::size_t bytes);
  /// The low `count` digits of v in ASCII, whatever the code is.
  void digits(std::uint64_t v, std::size_t count, unsigned radix);
  void bytes(ByteView v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void text(std::string_view v) { bytes(as_bytes(v)); }

  Code code() const { return code_; }

 private:
  Code code_;
  Bytes& out_;
};

}  // namespace m2c2::slmp
