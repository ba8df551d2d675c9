// The SLMP part of a job: how to reach the machine, and what to read from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/value.hpp"

namespace m2c2::job {

enum class Ethernet { tcp, udp };
enum class ValueFormat { typed, hex };

struct SlmpConnectivity {
  std::string host;  ///< machine-ip
  std::uint16_t port = 0;
  Ethernet ethernet = Ethernet::tcp;
  slmp::Format format;      ///< subheader and communication-code
  slmp::Route route;        ///< network, station, module, multidrop
  std::uint16_t timer = 0;  ///< 250 ms units
};

struct DeviceRead {
  std::string tag;
  std::optional<slmp::DataType> type;
  slmp::DeviceRead read;
};

struct RandomDevice {
  std::string tag;
  std::optional<slmp::DataType> type;
  slmp::Device device;
};

struct DeviceReadRandom {
  std::uint16_t subcommand = 0;
  std::vector<RandomDevice> words;
  std::vector<RandomDevice> dwords;
};

struct Label {
  std::string tag;
  std::optional<slmp::DataType> type;
  slmp::ArrayLabel label;  ///< unit and length only in an array_label_read
};

struct ArrayLabelRead {
  std::vector<std::string> abbreviations;
  std::vector<Label> labels;
};

struct LabelReadRandom {
  std::vector<std::string> abbreviations;
  std::vector<Label> labels;
};

using SlmpAttribute = std::variant<DeviceRead, DeviceReadRandom, ArrayLabelRead, LabelReadRandom>;

struct SlmpJob {
  SlmpConnectivity connectivity;
  ValueFormat value_format = ValueFormat::typed;
  std::vector<SlmpAttribute> attributes;
};

}  // namespace m2c2::job
