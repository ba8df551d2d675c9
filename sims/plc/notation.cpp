// How a user of the simulator writes things: parsing.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/notation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/hex.hpp"
#include "protocols/slmp/device.hpp"

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array kUnits{Unit{"us", 1us}, Unit{"ms", 1ms}, Unit{"s", 1s}, Unit{"m", 1min}};
constexpr double kLongest = 1e17;  // nanoseconds; three years

std::optional<std::uint64_t> parse_device_number(const slmp::DeviceType& type, std::string_view text) {
  return type.radix == 16 ? parse_hex(text) : parse_decimal(text);
}

}  // namespace

std::pair<std::string_view, std::string_view> split(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

Parsed<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::unexpected{fmt::format("'{}' is not a number, for example 1000 or 3.14", text)};
  }
  return value;
}

Parsed<Duration> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = parse_number(text.substr(0, digits));
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.name || !number) continue;
    const double length = *number * static_cast<double>(unit.length.count());
    if (length >= 1 && length <= kLongest) return Duration{std::llround(length)};
  }
  return std::unexpected{fmt::format("'{}' is not a duration, for example 50us, 500ms, 10s or 2m", text)};
}

Parsed<std::uint16_t> parse_end_code(std::string_view text) {
  const auto code = text.size() == 4 ? parse_hex(text) : std::nullopt;
  if (code && *code != 0) return static_cast<std::uint16_t>(*code);
  return std::unexpected{fmt::format("'{}' is not an end code of 4 hex digits, for example C059", text)};
}

Parsed<slmp::Device> parse_device(std::string_view text) {
  const slmp::DeviceType* best = nullptr;
  for (const slmp::DeviceType& type : slmp::device_types()) {
    if (!text.starts_with(type.name) || (best != nullptr && best->name.size() >= type.name.size())) continue;
    if (parse_device_number(type, text.substr(type.name.size()))) best = &type;
  }
  if (best == nullptr) return std::unexpected{fmt::format("'{}' is not a device, for example D100, M0 or X1F", text)};
  const auto number = *parse_device_number(*best, text.substr(best->name.size()));
  if (number > UINT32_MAX) return std::unexpected{fmt::format("the number of '{}' is too large", text)};
  return slmp::Device{.code = best->code, .number = static_cast<std::uint32_t>(number)};
}

}  // namespace m2c2::sim
