// Moving values: parsing and computing them.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/signal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace m2c2::sim {
namespace {

using namespace std::chrono_literals;
using Shape = Signal::Shape;

struct ShapeRow {
  std::string_view name;
  Shape shape;
  bool ranged;      // low..high means something
  Duration period;  // where none is given; zero: it has none
};
constexpr std::array kShapes{
    ShapeRow{"ramp", Shape::ramp, true, 10s},     ShapeRow{"sine", Shape::sine, true, 10s},
    ShapeRow{"random", Shape::random, true, 1s},  ShapeRow{"counter", Shape::counter, false, 1s},
    ShapeRow{"toggle", Shape::toggle, false, 1s}, ShapeRow{"reads", Shape::reads, false, 0s},
};

std::string unknown_shape(std::string_view name) {
  return fmt::format("'{}' is not a signal; write ramp, sine, random, counter, toggle or reads", name);
}

Parsed<> parse_range(Signal& signal, std::string_view text, std::size_t dots) {
  if (auto low = keep(parse_number(text.substr(0, dots)), signal.low); !low) return low;
  return keep(parse_number(text.substr(dots + 2)), signal.high);
}

/// One part after the shape: "0..1000" or "10s".
Parsed<> parse_part(Signal& signal, const ShapeRow& row, std::string_view part) {
  if (const std::size_t dots = part.find(".."); dots != std::string_view::npos) {
    if (!row.ranged) return std::unexpected{fmt::format("a {} has no range; leave out '{}'", row.name, part)};
    return parse_range(signal, part, dots);
  }
  if (row.period == 0s) return std::unexpected{fmt::format("{} has no period; leave out '{}'", row.name, part)};
  return keep(parse_duration(part), signal.period);
}

/// Well mixed bits (the finaliser of SplitMix64), so that neighbours in time share nothing.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

double random_at(const Signal& signal, std::int64_t turn) {
  const std::uint64_t bits = mix(mix(signal.seed) ^ static_cast<std::uint64_t>(turn)) >> 11;
  return signal.low + (signal.high - signal.low) * static_cast<double>(bits) * 0x1p-53;
}

}  // namespace

Parsed<Signal> parse_signal(std::string_view text) {
  auto [name, rest] = split(text, ':');
  const auto row = std::ranges::find(kShapes, name, &ShapeRow::name);
  if (row == kShapes.end()) return std::unexpected{unknown_shape(name)};
  Signal signal{.shape = row->shape, .period = row->period};
  while (!rest.empty()) {
    const auto [part, further] = split(rest, ':');
    if (const auto parsed = parse_part(signal, *row, part); !parsed) return std::unexpected{parsed.error()};
    rest = further;
  }
  return signal;
}

double value_at(const Signal& signal, Duration at, std::uint64_t reads) {
  if (signal.shape == Shape::reads) return static_cast<double>(reads);
  const std::int64_t turn = at / signal.period;
  const double phase = static_cast<double>((at % signal.period).count()) / static_cast<double>(signal.period.count());
  switch (signal.shape) {
    case Shape::ramp:
      return signal.low + (signal.high - signal.low) * phase;
    case Shape::sine:
      return std::midpoint(signal.low, signal.high) +
             (signal.high - signal.low) / 2 * std::sin(2 * std::numbers::pi * phase);
    case Shape::random:
      return random_at(signal, turn);
    case Shape::counter:
      return static_cast<double>(turn);
    case Shape::toggle:
      return static_cast<double>(turn % 2);
    case Shape::reads:
      break;
  }
  return 0;
}

}  // namespace m2c2::sim
