// The device codes of MELSEC CPUs.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/device.hpp"

#include <algorithm>
#include <array>

namespace m2c2::slmp {
namespace {

// The module devices G and HG are missing: they need the extended layouts of subcommands 008x.
constexpr std::array kDeviceTypes{
    DeviceType{"SM", 0x91, "SM", "SM**", 10, 10, DeviceKind::bit},
    DeviceType{"SD", 0xA9, "SD", "SD**", 10, 10, DeviceKind::word},
    DeviceType{"X", 0x9C, "X*", "X***", 16, 16, DeviceKind::bit},
    DeviceType{"Y", 0x9D, "Y*", "Y***", 16, 16, DeviceKind::bit},
    DeviceType{"M", 0x90, "M*", "M***", 10, 10, DeviceKind::bit},
    DeviceType{"L", 0x92, "L*", "L***", 10, 10, DeviceKind::bit},
    DeviceType{"F", 0x93, "F*", "F***", 10, 10, DeviceKind::bit},
    DeviceType{"V", 0x94, "V*", "V***", 10, 10, DeviceKind::bit},
    DeviceType{"B", 0xA0, "B*", "B***", 16, 16, DeviceKind::bit},
    DeviceType{"D", 0xA8, "D*", "D***", 10, 10, DeviceKind::word},
    DeviceType{"W", 0xB4, "W*", "W***", 16, 16, DeviceKind::word},
    DeviceType{"TS", 0xC1, "TS", "TS**", 10, 10, DeviceKind::bit},
    DeviceType{"TC", 0xC0, "TC", "TC**", 10, 10, DeviceKind::bit},
    DeviceType{"TN", 0xC2, "TN", "TN**", 10, 10, DeviceKind::word},
    DeviceType{"STS", 0xC7, "SS", "STS*", 10, 10, DeviceKind::bit},
    DeviceType{"STC", 0xC6, "SC", "STC*", 10, 10, DeviceKind::bit},
    DeviceType{"STN", 0xC8, "SN", "STN*", 10, 10, DeviceKind::word},
    DeviceType{"CS", 0xC4, "CS", "CS**", 10, 10, DeviceKind::bit},
    DeviceType{"CC", 0xC3, "CC", "CC**", 10, 10, DeviceKind::bit},
    DeviceType{"CN", 0xC5, "CN", "CN**", 10, 10, DeviceKind::word},
    DeviceType{"SB", 0xA1, "SB", "SB**", 16, 16, DeviceKind::bit},
    DeviceType{"SW", 0xB5, "SW", "SW**", 16, 16, DeviceKind::word},
    DeviceType{"S", 0x98, "S*", "S***", 10, 10, DeviceKind::bit},
    DeviceType{"DX", 0xA2, "DX", "DX**", 16, 16, DeviceKind::bit},
    DeviceType{"DY", 0xA3, "DY", "DY**", 16, 16, DeviceKind::bit},
    DeviceType{"Z", 0xCC, "Z*", "Z***", 10, 10, DeviceKind::word},
    DeviceType{"R", 0xAF, "R*", "R***", 10, 10, DeviceKind::word},
    DeviceType{"ZR", 0xB0, "ZR", "ZR**", 10, 16, DeviceKind::word},
    DeviceType{"LTS", 0x51, "", "LTS*", 10, 10, DeviceKind::bit},
    DeviceType{"LTC", 0x50, "", "LTC*", 10, 10, DeviceKind::bit},
    DeviceType{"LTN", 0x52, "", "LTN*", 10, 10, DeviceKind::double_word},
    DeviceType{"LSTS", 0x59, "", "LSTS", 10, 10, DeviceKind::bit},
    DeviceType{"LSTC", 0x58, "", "LSTC", 10, 10, DeviceKind::bit},
    DeviceType{"LSTN", 0x5A, "", "LSTN", 10, 10, DeviceKind::double_word},
    DeviceType{"LCS", 0x55, "", "LCS*", 10, 10, DeviceKind::bit},
    DeviceType{"LCC", 0x54, "", "LCC*", 10, 10, DeviceKind::bit},
    DeviceType{"LCN", 0x56, "", "LCN*", 10, 10, DeviceKind::double_word},
    DeviceType{"LZ", 0x62, "", "LZ**", 10, 10, DeviceKind::double_word},
    DeviceType{"RD", 0x2C, "", "RD**", 10, 10, DeviceKind::word},
};

template <class Predicate>
const DeviceType* find(Predicate wanted) {
  const auto found = std::ranges::find_if(kDeviceTypes, wanted);
  return found == kDeviceTypes.end() ? nullptr : &*found;
}

}  // namespace

std::span<const DeviceType> device_types() { return kDeviceTypes; }

const DeviceType* find_device(std::uint16_t code) {
  return find([&](const DeviceType& type) { return type.code == code; });
}

const DeviceType* find_device_by_name(std::string_view name) {
  return find([&](const DeviceType& type) { return type.name == name; });
}

const DeviceType* find_device_by_ascii(std::string_view text) {
  if (text.empty()) return nullptr;
  return find([&](const DeviceType& type) { return type.ascii2 == text || type.ascii4 == text; });
}

}  // namespace m2c2::slmp
