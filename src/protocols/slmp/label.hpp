// The data types of labels and the shape of their data (SLMP manual, section "Label access").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace m2c2::slmp {

/// Data type ids. Contacts and coils of timers and counters are bits, their current values words or dwords.
enum class LabelType : std::uint8_t {
  bit = 0x01,
  word = 0x02,  ///< unsigned, or a string of 16 bits
  dword = 0x03,
  int16 = 0x04,
  int32 = 0x05,
  float32 = 0x06,
  float64 = 0x07,
  time = 0x08,  ///< signed, milliseconds
  string = 0x09,
  wstring = 0x0A,
  wstring_as_printed = 0x10,  ///< the manual's table says 10 and its example prints "10": both are read
};

/// How ASCII answers write the labels' numbers of 32 and 64 bits: the manuals say both. Binary has one order.
enum class LabelOrder {
  whole_number,  ///< most significant digit first over the whole number (SLMP manual, example of TIME)
  word_by_word,  ///< the low word first, each word's most significant digit first (SH-080008, "Read data, write data")
};

/// Bytes of one number of such data; a string's are words.
constexpr std::size_t label_element_bytes(std::uint8_t type) {
  switch (LabelType{type}) {
    case LabelType::dword:
    case LabelType::int32:
    case LabelType::float32:
    case LabelType::time:
      return 4;
    case LabelType::float64:
      return 8;
    default:
      return 2;
  }
}

/// Bytes of data that come with a length in that unit (0 bits, 1 bytes): always whole words.
constexpr std::size_t label_data_bytes(std::uint8_t unit, std::size_t length) {
  return unit == 0 ? (length + 15) / 16 * 2 : (length + 1) / 2 * 2;
}

}  // namespace m2c2::slmp
