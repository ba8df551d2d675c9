// Bytes and the two cursors over them: ByteReader remembers failure, ByteWriter appends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace m2c2 {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// The bytes of a text, without copying.
inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span{text.data(), text.size()}); }

/// The text over some bytes, without copying.
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Reads fields from the front. A read past the end gives zero or nothing and
/// makes ok() false for good, so a decoder reads all its fields and checks once.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_{bytes} {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
  std::uint16_t u16le() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32le() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64le() { return little_endian(8); }
  std::uint16_t u16be() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32be() { return static_cast<std::uint32_t>(big_endian(4)); }

  /// The next n bytes, or an empty view (and ok() == false) when fewer are left.
  ByteView take(std::size_t n) {
    if (n > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
  }

  ByteView rest() const { return rest_; }
  bool ok() const { return ok_; }
  /// Everything was read, and nothing more than there was.
  bool done() const { return ok_ && rest_.empty(); }
  /// A field was read that cannot be: the decoder gives up here.
  void refuse() { ok_ = false; }

 private:
  std::uint64_t little_endian(std::size_t n) {
    std::uint64_t value = 0;
    std::size_t shift = 0;
    for (const std::byte b : take(n)) {
      value |= std::uint64_t{std::to_integer<std::uint8_t>(b)} << shift;
      shift += 8;
    }
    return value;
  }

  std::uint64_t big_endian(std::size_t n) {
    std::uint64_t value = 0;
    for (const std::byte b : take(n)) value = value << 8 | std::to_integer<std::uint8_t>(b);
    return value;
  }

  ByteView rest_;
  bool ok_ = true;
};

/// Appends fields to a buffer that it does not own.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_{out} {}

  void u8(std::uint8_t v) { little_endian(v, 1); }
  void u16le(std::uint16_t v) { little_endian(v, 2); }
  void u32le(std::uint32_t v) { little_endian(v, 4); }
  void u64le(std::uint64_t v) { little_endian(v, 8); }
  void u16be(std::uint16_t v) { big_endian(v, 2); }
  void u32be(std::uint32_t v) { big_endian(v, 4); }
  void bytes(ByteView v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void text(std::string_view v) { bytes(as_bytes(v)); }

 private:
  void little_endian(std::uint64_t v, std::size_t n) {
    for (; n > 0; --n, v >>= 8) out_.push_back(static_cast<std::byte>(v & 0xFF));
  }

  void big_endian(std::uint64_t v, std::size_t n) {
    while (n-- > 0) out_.push_back(static_cast<std::byte>(v >> 8 * n & 0xFF));
  }

  Bytes& out_;
};

}  // namespace m2c2
