// For tests: the connector for one job, and a scripted PLC for it to read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "machines/slmp/connector.hpp"
#include "protocols/slmp/device.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/slmp_wire.hpp"

namespace m2c2::machines {

using telemetry::Samples;
using test::ScriptedPeer;

constexpr slmp::Format k4E{slmp::FrameType::e4, slmp::Code::binary};
constexpr slmp::Format k3E{slmp::FrameType::e3, slmp::Code::binary};
constexpr slmp::Format kAscii{slmp::FrameType::e4, slmp::Code::ascii};

inline slmp::Device device(std::string_view name, std::uint32_t number) {
  return {slmp::find_device_by_name(name)->code, number};
}
inline job::DeviceRead read_of(std::string tag, std::string_view name, std::uint32_t number, std::uint16_t points) {
  return {std::move(tag), {}, {0, device(name, number), points}};
}

/// A connector for one job, and the PLC it reads.
struct Bench {
  Bench(slmp::Format format, std::vector<job::SlmpAttribute> attributes, job::Ethernet ethernet = job::Ethernet::tcp,
        job::ValueFormat value_format = job::ValueFormat::typed)
      : wire{format},
        plc{loop, ethernet == job::Ethernet::udp ? ScriptedPeer::Kind::datagrams : ScriptedPeer::Kind::stream},
        connector{make_slmp_connector(
            loop, plc.transport(),
            job::SlmpJob{{"10.0.0.5", 5007, ethernet, format, {}, 0}, value_format, std::move(attributes)},
            "10.0.0.5:5007")} {}

  Result<> open() { return test::run(loop, connector->open()); }
  Result<Samples> read() { return test::run(loop, connector->read()); }
  Result<Probed> probe() { return test::run(loop, connector->probe()); }
  /// "tag=value" of each sample.
  std::vector<std::string> values(const Samples& samples) const {
    std::vector<std::string> texts;
    for (const auto& sample : samples.values) texts.push_back(connector->tags().at(sample.tag) + "=" + sample.value);
    return texts;
  }

  net::VirtualLoop loop;
  test::SlmpWire wire;
  ScriptedPeer plc;
  std::unique_ptr<Connector> connector;
};

/// first, first + 1, …
inline std::vector<std::uint16_t> ramp(std::uint16_t first, std::size_t count) {
  std::vector<std::uint16_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

inline std::string json_of(const std::vector<std::uint16_t>& values) {
  std::string text = "[";
  for (const std::uint16_t value : values) text += (text.size() > 1 ? "," : "") + std::to_string(value);
  return text + "]";
}

}  // namespace m2c2::machines
