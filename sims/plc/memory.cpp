// The devices of a PLC: laying them out.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/memory.hpp"

namespace m2c2::sim {
namespace {

/// A long timer is its current value, a word of contact and coil and a spare word; a long counter its value alone.
std::size_t cells_each(const slmp::DeviceType& type) {
  if (type.kind != slmp::DeviceKind::double_word) return 1;
  return type.name == "LTN" || type.name == "LSTN" ? 4 : 2;
}

}  // namespace

Memory::Memory(const Family& family) {
  for (const DeviceRange& range : family.devices) {
    const slmp::DeviceType& type = *slmp::find_device_by_name(range.name);
    const auto cell = type.kind == slmp::DeviceKind::bit ? Area::Cell::bit : Area::Cell::word;
    const std::size_t each = cells_each(type);
    rows_[type.code] = std::make_unique<DeviceRow>(&type, range.reach, each, Area{cell, range.points * each});
  }
}

}  // namespace m2c2::sim
