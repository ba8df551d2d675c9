// The devices of a PLC.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "protocols/slmp/device.hpp"
#include "sims/plc/area.hpp"
#include "sims/plc/family.hpp"

namespace m2c2::sim {

/// All the devices of one code, D0 to D18431.
struct DeviceRow {
  const slmp::DeviceType* type;
  Reach reach;
  std::size_t cells_each;  ///< more than one where a device is several words
  Area area;
};

class Memory {
 public:
  explicit Memory(const Family&);
  /// nullptr when the family has no such device.
  DeviceRow* find(std::uint16_t code) { return code < rows_.size() ? rows_[code].get() : nullptr; }

 private:
  std::array<std::unique_ptr<DeviceRow>, 256> rows_;  // by device code
};

}  // namespace m2c2::sim
