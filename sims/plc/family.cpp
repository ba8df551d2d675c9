// The CPU families: their devices with the ranges of a CPU as it comes, limits and end codes as measured on CPUs.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/family.hpp"

#include <algorithm>
#include <array>

namespace m2c2::sim {
namespace {

// ST, LST and S have no points in an iQ-R as it comes; here they have some, so that every device can be tried.
constexpr std::array kIqrDevices{
    DeviceRange{"SM", 4096},
    DeviceRange{"SD", 4096},
    DeviceRange{"X", 12288},
    DeviceRange{"Y", 12288},
    DeviceRange{"M", 12288},
    DeviceRange{"L", 8192},
    DeviceRange{"F", 2048},
    DeviceRange{"V", 2048},
    DeviceRange{"B", 8192},
    DeviceRange{"D", 18432},
    DeviceRange{"W", 8192},
    DeviceRange{"TS", 1024, Reach::batch},
    DeviceRange{"TC", 1024, Reach::batch},
    DeviceRange{"TN", 1024},
    DeviceRange{"STS", 1024, Reach::batch},
    DeviceRange{"STC", 1024, Reach::batch},
    DeviceRange{"STN", 1024},
    DeviceRange{"CS", 512, Reach::batch},
    DeviceRange{"CC", 512, Reach::batch},
    DeviceRange{"CN", 512},
    DeviceRange{"SB", 2048},
    DeviceRange{"SW", 2048},
    DeviceRange{"S", 1024},
    DeviceRange{"DX", 12288},
    DeviceRange{"DY", 12288},
    DeviceRange{"Z", 20},
    DeviceRange{"R", 32768},
    DeviceRange{"ZR", 163840},
    DeviceRange{"LTS", 1024, Reach::through_value},
    DeviceRange{"LTC", 1024, Reach::through_value},
    DeviceRange{"LTN", 1024},
    DeviceRange{"LSTS", 1024, Reach::through_value},
    DeviceRange{"LSTC", 1024, Reach::through_value},
    DeviceRange{"LSTN", 1024},
    DeviceRange{"LCS", 512, Reach::batch},
    DeviceRange{"LCC", 512, Reach::batch},
    DeviceRange{"LCN", 512},
    DeviceRange{"LZ", 2, Reach::random_dword},
    DeviceRange{"RD", 524288},
};

// The random read takes contacts and coils here.
constexpr std::array kIqfDevices{
    DeviceRange{"SM", 10000}, DeviceRange{"SD", 12000},
    DeviceRange{"X", 1024},   DeviceRange{"Y", 1024},
    DeviceRange{"M", 7680},   DeviceRange{"L", 7680},
    DeviceRange{"F", 128},    DeviceRange{"B", 256},
    DeviceRange{"D", 8000},   DeviceRange{"W", 512},
    DeviceRange{"TS", 512},   DeviceRange{"TC", 512},
    DeviceRange{"TN", 512},   DeviceRange{"STS", 16},
    DeviceRange{"STC", 16},   DeviceRange{"STN", 16},
    DeviceRange{"CS", 256},   DeviceRange{"CC", 256},
    DeviceRange{"CN", 256},   DeviceRange{"SB", 512},
    DeviceRange{"SW", 512},   DeviceRange{"S", 4096},
    DeviceRange{"Z", 20},     DeviceRange{"R", 32768},
    DeviceRange{"LCS", 64},   DeviceRange{"LCC", 64},
    DeviceRange{"LCN", 64},   DeviceRange{"LZ", 2, Reach::random_dword},
};

template <std::size_t FileRegisters>
constexpr std::array kQlDevices{
    DeviceRange{"SM", 2048},
    DeviceRange{"SD", 2048},
    DeviceRange{"X", 8192},
    DeviceRange{"Y", 8192},
    DeviceRange{"M", 8192},
    DeviceRange{"L", 8192},
    DeviceRange{"F", 2048},
    DeviceRange{"V", 2048},
    DeviceRange{"B", 8192},
    DeviceRange{"D", 12288},
    DeviceRange{"W", 8192},
    DeviceRange{"TS", 2048, Reach::batch},
    DeviceRange{"TC", 2048, Reach::batch},
    DeviceRange{"TN", 2048},
    DeviceRange{"STS", 2048, Reach::batch},
    DeviceRange{"STC", 2048, Reach::batch},
    DeviceRange{"STN", 2048},
    DeviceRange{"CS", 1024, Reach::batch},
    DeviceRange{"CC", 1024, Reach::batch},
    DeviceRange{"CN", 1024},
    DeviceRange{"SB", 2048},
    DeviceRange{"SW", 2048},
    DeviceRange{"S", 8192},
    DeviceRange{"DX", 8192},
    DeviceRange{"DY", 8192},
    DeviceRange{"Z", 20},
    DeviceRange{"R", 32768},
    DeviceRange{"ZR", FileRegisters},
};

constexpr Refusals kIqrRefusals{.words = 0xC051, .bits = 0xC052, .range = 0x4031, .no_device = 0xC05C, .reach = 0x4030};
constexpr Refusals kIqfRefusals{.words = 0xC052, .bits = 0xC051, .range = 0xC056, .no_device = 0xC05C, .reach = 0xC05C};
constexpr Refusals kQlRefusals{.words = 0xC051, .bits = 0xC052, .range = 0x4031, .no_device = 0xC05B, .reach = 0xC05B};

constexpr std::array kFamilies{
    Family{.option = "iq-r",
           .name = "iQ-R",
           .model = "R08CPU",
           .model_code = 0x4801,
           .devices = kIqrDevices,
           .binary = {.bits = 7168},
           .ascii = {.bits = 3584},
           .refusals = kIqrRefusals,
           .frame_4e = true,
           .iqr_subcommands = true,
           .labels = true,
           .answers_last_only = false},
    Family{.option = "iq-f",
           .name = "iQ-F",
           .model = "FX5U-32MT/ES",
           .model_code = 0x4A29,
           .devices = kIqfDevices,
           .binary = {.bits = 3584},
           .ascii = {.words = 480, .bits = 1792, .random = 96},
           .refusals = kIqfRefusals,
           .frame_4e = true,
           .iqr_subcommands = false,
           .labels = false,
           .answers_last_only = true},
    Family{.option = "q",
           .name = "Q",
           .model = "",
           .model_code = 0,
           .devices = kQlDevices<393216>,
           .binary = {.bits = 7168},
           .ascii = {.bits = 3584},
           .refusals = kQlRefusals,
           .frame_4e = false,
           .iqr_subcommands = false,
           .labels = false,
           .answers_last_only = false},
    Family{.option = "l",
           .name = "L",
           .model = "",
           .model_code = 0,
           .devices = kQlDevices<131072>,
           .binary = {.bits = 7168},
           .ascii = {.bits = 3584},
           .refusals = kQlRefusals,
           .frame_4e = false,
           .iqr_subcommands = false,
           .labels = false,
           .answers_last_only = false},
};

}  // namespace

std::span<const Family> families() { return kFamilies; }

const Family* find_family(std::string_view option) {
  const auto found = std::ranges::find(kFamilies, option, &Family::option);
  return found == kFamilies.end() ? nullptr : &*found;
}

}  // namespace m2c2::sim
