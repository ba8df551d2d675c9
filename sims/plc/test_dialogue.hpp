// For the tests: one client's talk with a station, requests written and answers read by the codec.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <string>

#include "base/hex.hpp"
#include "sims/plc/session.hpp"
#include "sims/plc/setting.hpp"
#include "sims/plc/steer.hpp"

namespace m2c2::sim {

using namespace std::chrono_literals;

/// What came back, taken apart; `silent` when nothing did.
struct Heard {
  bool silent = false;
  std::uint16_t end_code = 0;
  std::uint16_t serial = 0;
  slmp::Route route{};
  std::optional<slmp::ErrorInfo> error{};
  Bytes data{};
};

class Dialogue {
 public:
  explicit Dialogue(std::string_view family = "iq-r", slmp::Format format = {}, Carrier carrier = Carrier::tcp,
                    PortSetting port = {})
      : format_{format}, station_{*find_family(family), port}, session_{station_, carrier} {}

  Station& station() { return station_; }
  slmp::Format format() const { return format_; }
  const Reaction& reaction() const { return reaction_; }
  void set_serial(std::uint16_t serial) { serial_ = serial; }
  void pass(Duration time) { at_ += time; }

  /// A line as a user steers the station; fails the test when it is not understood.
  void tell(std::string_view line) { ASSERT_EQ(obey(station_, line), "ok") << line; }

  Bytes request(slmp::Command command, std::uint16_t subcommand, ByteView data) {
    slmp::Request request{.serial = serial_++, .command = std::to_underlying(command), .subcommand = subcommand};
    request.data = data;
    Bytes bytes;
    slmp::encode(bytes, format_, request);
    return bytes;
  }

  /// The bytes that come back.
  ByteView send(ByteView bytes) {
    session_.receive(bytes, at_, reaction_);
    return reaction_.bytes;
  }

  Heard ask(slmp::Command command, std::uint16_t subcommand, ByteView data) {
    return hear(send(request(command, subcommand, data)));
  }

  Heard hear(ByteView bytes) const {
    if (bytes.empty()) return {.silent = true};
    const auto response = slmp::decode_response(format_, bytes);
    EXPECT_TRUE(response.has_value()) << to_hex(bytes);
    if (!response) return {.silent = true};
    return {.end_code = response->end_code,
            .serial = response->serial,
            .route = response->route,
            .error = response->error,
            .data = Bytes{response->data.begin(), response->data.end()}};
  }

  template <class Read>
  Bytes data(const Read& read) const {
    Bytes bytes;
    slmp::encode_data(bytes, format_.code, read);
    return bytes;
  }

  Heard read(std::string_view head, std::uint16_t points, std::uint16_t subcommand = 0) {
    const slmp::DeviceRead read{.subcommand = subcommand, .head = parse_device(head).value(), .points = points};
    return ask(slmp::Command::device_read, subcommand, data(read));
  }

  Heard read_random(const std::vector<std::string>& words, const std::vector<std::string>& dwords,
                    std::uint16_t subcommand = 0) {
    slmp::DeviceReadRandom read{.subcommand = subcommand};
    for (const auto& name : words) read.words.push_back(parse_device(name).value());
    for (const auto& name : dwords) read.dwords.push_back(parse_device(name).value());
    return ask(slmp::Command::device_read_random, subcommand, data(read));
  }

  std::vector<std::uint16_t> words(std::string_view head, std::uint16_t points, std::uint16_t subcommand = 0) {
    const Heard heard = read(head, points, subcommand);
    EXPECT_EQ(heard.end_code, 0) << head;
    return slmp::decode_words(format_.code, heard.data, points).value_or(std::vector<std::uint16_t>{});
  }

  std::vector<bool> bits(std::string_view head, std::uint16_t points, std::uint16_t subcommand = 1) {
    const Heard heard = read(head, points, subcommand);
    EXPECT_EQ(heard.end_code, 0) << head;
    return slmp::decode_bits(format_.code, heard.data, points).value_or(std::vector<bool>{});
  }

 private:
  slmp::Format format_;
  Station station_;
  Session session_;
  Reaction reaction_;
  std::uint16_t serial_ = 1;
  Duration at_{};
};

}  // namespace m2c2::sim
