// The table of devices: each code leads back to its row.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/device.hpp"

#include <gmock/gmock.h>

namespace m2c2::slmp {
namespace {

TEST(Device, EveryCodeAndNameLeadsBackToItsRow) {
  for (const DeviceType& type : device_types()) {
    EXPECT_EQ(find_device(type.code), &type) << type.name;
    EXPECT_EQ(find_device_by_name(type.name), &type) << type.name;
    EXPECT_EQ(find_device_by_ascii(type.ascii4), &type) << type.name;
    EXPECT_EQ(type.ascii4.size(), 4U) << type.name;
    if (type.ascii2.empty()) continue;
    EXPECT_EQ(find_device_by_ascii(type.ascii2), &type) << type.name;
    EXPECT_EQ(type.ascii2.size(), 2U) << type.name;
  }
}

TEST(Device, WhatIsNoDeviceIsNotFound) {
  EXPECT_EQ(find_device(0x00), nullptr);
  EXPECT_EQ(find_device(0x01A8), nullptr);
  EXPECT_EQ(find_device_by_name("D*"), nullptr);
  EXPECT_EQ(find_device_by_ascii(""), nullptr);
  EXPECT_EQ(find_device_by_ascii("D"), nullptr);
  EXPECT_EQ(find_device_by_ascii("d*"), nullptr);
}

TEST(Device, LongTimersAreForIqrSubcommandsAlone) {
  for (const char* name : {"LTS", "LTC", "LTN", "LSTS", "LSTC", "LSTN", "LCS", "LCC", "LCN", "LZ", "RD"})
    EXPECT_TRUE(find_device_by_name(name)->ascii2.empty()) << name;
}

TEST(Device, AsciiNumbersAreOfTheProgramsRadixButForZr) {
  for (const DeviceType& type : device_types())
    if (type.name != "ZR") EXPECT_EQ(type.radix, type.ascii_radix) << type.name;
  EXPECT_EQ(find_device_by_name("ZR")->radix, 10U);
  EXPECT_EQ(find_device_by_name("ZR")->ascii_radix, 16U);
}

}  // namespace
}  // namespace m2c2::slmp
