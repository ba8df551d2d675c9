// How a user of the simulator writes things: durations, numbers, devices.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "protocols/slmp/command.hpp"

namespace m2c2::sim {

/// The value, or one sentence that says what is wrong and what is expected.
template <class T = void>
using Parsed = std::expected<T, std::string>;

/// Keeps the value, or hands on what is wrong with it.
template <class T, class Kept>
Parsed<> keep(const Parsed<T>& parsed, Kept& in) {
  if (!parsed) return std::unexpected{parsed.error()};
  in = *parsed;
  return {};
}

Parsed<Duration> parse_duration(std::string_view text);  ///< "500ms", "10s", "2m", "50us"; above zero
Parsed<double> parse_number(std::string_view text);
Parsed<std::uint16_t> parse_end_code(std::string_view text);  ///< "C056"; not 0000

/// "D100", "X1F": the number as it stands on the wire, so X, Y, B, W and their like are hexadecimal in every family.
Parsed<slmp::Device> parse_device(std::string_view text);

/// What stands before and after the first `mark`; the second part is empty when there is none.
std::pair<std::string_view, std::string_view> split(std::string_view text, char mark);

}  // namespace m2c2::sim
