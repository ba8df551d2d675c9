// A PLC: what it answers to a request. No sockets and no clock: time comes with the request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "protocols/slmp/command.hpp"
#include "sims/plc/fault.hpp"
#include "sims/plc/labels.hpp"
#include "sims/plc/memory.hpp"

namespace m2c2::sim {

class Plc {
 public:
  /// Both outlive it. Of the faults it knows the forced errors alone.
  Plc(const Family& family, const Faults& faults) : family_{family}, faults_{faults}, memory_{family} {}
  Plc(const Plc&) = delete;
  Plc& operator=(const Plc&) = delete;

  struct Answer {
    std::uint16_t end_code = 0;
    ByteView data{};  ///< until the next request
  };
  /// `at`: how long the PLC has been on.
  Answer answer(slmp::Code, const slmp::Request&, Duration at);

  const Family& family() const { return family_; }
  Memory& memory() { return memory_; }
  Labels& labels() { return labels_; }

 private:
  using EndCode = std::uint16_t;

  struct Found {
    Area* area;
    std::size_t cell;
  };

  // Each appends the response data to data_, or refuses with an end code.
  EndCode run(slmp::Code, const slmp::Request&, Duration at);
  EndCode read_devices(slmp::Code, const slmp::Request&, Duration at);
  EndCode read_words(slmp::Code, const slmp::DeviceRead&, Duration at);
  EndCode read_bits(slmp::Code, const slmp::DeviceRead&, Duration at);
  EndCode read_random(slmp::Code, const slmp::Request&, Duration at);
  EndCode read_random_values(const slmp::DeviceReadRandom&, Duration at);
  EndCode read_labels(slmp::Code, ByteView data, Duration at);
  EndCode read_arrays(slmp::Code, ByteView data, Duration at);
  EndCode name_type(slmp::Code, ByteView data);
  EndCode test_loopback(slmp::Code, ByteView data);

  std::expected<DeviceRow*, EndCode> find_row(const slmp::Device&);
  std::expected<Found, EndCode> find_cells(DeviceRow&, const slmp::Device& head, std::size_t cells);
  std::expected<Found, EndCode> find_random(const slmp::Device&, std::size_t words);
  std::expected<slmp::LabelValue, EndCode> read_label(std::string_view name, Duration at);
  std::expected<slmp::LabelValue, EndCode> read_array(const slmp::ArrayLabel&, std::string_view name, Duration at);

  const Family& family_;
  const Faults& faults_;
  Memory memory_;
  Labels labels_;

  // Kept from request to request: once they have grown, a read allocates nothing.
  Bytes data_;
  std::vector<std::uint16_t> words_;
  std::vector<bool> bits_;
  slmp::RandomValues values_;
};

}  // namespace m2c2::sim
