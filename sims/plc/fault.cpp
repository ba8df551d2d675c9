// Faults on demand: reading them.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hex.hpp"

namespace m2c2::sim {
namespace {

struct Switch {
  std::string_view name;
  bool Faults::* on;
};
constexpr std::array kSwitches{
    Switch{"silence", &Faults::silence},           Switch{"late", &Faults::late},
    Switch{"stale-serial", &Faults::stale_serial}, Switch{"wrong-route", &Faults::wrong_route},
    Switch{"garbage", &Faults::garbage},           Switch{"one-client", &Faults::one_client},
};

Parsed<> set_delay(Faults& faults, std::string_view text) { return keep(parse_duration(text), faults.delay); }

Parsed<> set_drop(Faults& faults, std::string_view text) {
  const auto fraction = parse_number(text);
  if (!fraction || *fraction < 0 || *fraction > 1) {
    return std::unexpected{fmt::format("'{}' is not a fraction from 0 to 1, for example drop:0.1", text)};
  }
  faults.drop = *fraction;
  return {};
}

Parsed<std::uint64_t> parse_count(std::string_view text) {
  const auto count = parse_decimal(text);
  if (count && *count > 0) return *count;
  return std::unexpected{fmt::format("'{}' is not a count of 1 or more, for example split:3 or close:100", text)};
}

Parsed<> set_split(Faults& faults, std::string_view text) { return keep(parse_count(text), faults.split); }

Parsed<> set_close(Faults& faults, std::string_view text) { return keep(parse_count(text), faults.close); }

Parsed<> add_error(Faults& faults, std::string_view text) {
  const auto [code, place] = split(text, '@');
  const auto end_code = parse_end_code(code);
  if (!end_code) return std::unexpected{end_code.error()};
  ForcedError error{.end_code = *end_code};
  if (text.contains('@')) {
    const auto device = parse_device(place);
    if (!device) return std::unexpected{device.error()};
    error.device = *device;
  }
  std::erase_if(faults.errors, [&](const ForcedError& other) { return other.device == error.device; });
  faults.errors.push_back(error);
  return {};
}

struct Setting {
  std::string_view name;
  Parsed<> (*apply)(Faults&, std::string_view);
};
constexpr std::array kSettings{
    Setting{"delay", set_delay}, Setting{"drop", set_drop},   Setting{"split", set_split},
    Setting{"close", set_close}, Setting{"error", add_error},
};

}  // namespace

Parsed<> apply_fault(Faults& faults, std::string_view text) {
  const auto [name, detail] = split(text, ':');
  if (text == "none") {
    faults = {};
    return {};
  }
  if (const auto found = std::ranges::find(kSwitches, text, &Switch::name); found != kSwitches.end()) {
    faults.*(found->on) = true;
    return {};
  }
  if (const auto found = std::ranges::find(kSettings, name, &Setting::name); found != kSettings.end()) {
    return found->apply(faults, detail);
  }
  return std::unexpected{
      fmt::format("'{}' is not a fault; write delay:500ms, drop:0.1, split:3, close:100, error:C059, error:C056@D500, "
                  "silence, late, stale-serial, wrong-route, garbage, one-client or none",
                  text)};
}

}  // namespace m2c2::sim
