// SLMP messages as a test writes them: the request of a read, the answer with its values, an error block.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::test {

/// One format's way of writing them; a serial number counts in 4E alone.
struct SlmpWire {
  slmp::Format format;
  slmp::Route route = {};
  std::uint16_t timer = 0;

  Bytes request(slmp::Command command, std::uint16_t subcommand, ByteView data, std::uint16_t serial) const {
    slmp::Request message;
    message.route = route;
    message.serial = serial;
    message.timer = timer;
    message.command = static_cast<std::uint16_t>(command);
    message.subcommand = subcommand;
    message.data = data;
    Bytes out;
    slmp::encode(out, format, message);
    return out;
  }

  Bytes answer(ByteView data, std::uint16_t serial) const {
    slmp::Response message;
    message.route = route;
    message.serial = serial;
    message.data = data;
    Bytes out;
    slmp::encode(out, format, message);
    return out;
  }

  Bytes ask(const slmp::DeviceRead& read, std::uint16_t serial) const {
    return request(slmp::Command::device_read, read.subcommand, encoded(read), serial);
  }
  Bytes ask(const slmp::DeviceReadRandom& read, std::uint16_t serial) const {
    return request(slmp::Command::device_read_random, read.subcommand, encoded(read), serial);
  }
  Bytes ask(const slmp::LabelReadRandom& read, std::uint16_t serial) const {
    return request(slmp::Command::label_read_random, 0, encoded(read), serial);
  }
  Bytes ask(const slmp::ArrayLabelRead& read, std::uint16_t serial) const {
    return request(slmp::Command::array_label_read, 0, encoded(read), serial);
  }
  Bytes ask_self_test(std::string_view text, std::uint16_t serial) const {
    return request(slmp::Command::self_test, 0, self_test(text), serial);
  }

  Bytes words(const std::vector<std::uint16_t>& values, std::uint16_t serial) const {
    Bytes data;
    slmp::encode_words(data, format.code, values);
    return answer(data, serial);
  }
  Bytes bits(const std::vector<bool>& values, std::uint16_t serial) const {
    Bytes data;
    slmp::encode_bits(data, format.code, values);
    return answer(data, serial);
  }

  /// With the error information block, as PLCs answer.
  Bytes refuse(std::uint16_t end_code, std::uint16_t serial, const slmp::Route& by = {}) const {
    slmp::Response message;
    message.route = route;
    message.serial = serial;
    message.end_code = end_code;
    message.error = slmp::ErrorInfo{by, 0x0401, 0};
    Bytes out;
    slmp::encode(out, format, message);
    return out;
  }

  template <class Read>
  Bytes encoded(const Read& read) const {
    Bytes data;
    slmp::encode_data(data, format.code, read);
    return data;
  }
  Bytes self_test(std::string_view text) const {
    Bytes data;
    slmp::encode_self_test(data, format.code, text);
    return data;
  }
};

/// All there are.
inline constexpr slmp::Format kSlmpFormats[] = {
    {slmp::FrameType::e3, slmp::Code::binary},
    {slmp::FrameType::e4, slmp::Code::binary},
    {slmp::FrameType::e3, slmp::Code::ascii},
    {slmp::FrameType::e4, slmp::Code::ascii},
};

/// As part of a test's name: "binary_4E".
inline std::string name_of(slmp::Format format) {
  return std::string{format.code == slmp::Code::ascii ? "ascii" : "binary"} +
         (format.frame == slmp::FrameType::e4 ? "_4E" : "_3E");
}

}  // namespace m2c2::test
