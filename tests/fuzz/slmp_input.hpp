// The input of the SLMP harnesses: one byte that chooses, and the bytes to decode.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_{std::as_bytes(std::span{data, size})} {}

  /// Bit 0: ASCII.
  slmp::Code code() const { return (choice() & 1) != 0 ? slmp::Code::ascii : slmp::Code::binary; }
  /// Bit 1: with serial.
  slmp::Format format() const { return {(choice() & 2) != 0 ? slmp::FrameType::e4 : slmp::FrameType::e3, code()}; }
  /// The six bits above the code's.
  std::uint8_t number() const { return static_cast<std::uint8_t>(choice() >> 2); }
  ByteView rest() const { return bytes_.empty() ? bytes_ : bytes_.subspan(1); }

 private:
  std::uint8_t choice() const { return bytes_.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(bytes_[0]); }

  ByteView bytes_;
};

}  // namespace m2c2::fuzz
