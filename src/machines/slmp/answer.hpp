// From the data of answers to samples.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "machines/slmp/plan.hpp"
#include "telemetry/sample.hpp"

namespace m2c2::machines {

/// Takes the answers to a command's requests in their order, and gives its samples with the last of them.
class SlmpAnswers {
 public:
  SlmpAnswers(slmp::Code code, job::ValueFormat format) : code_{code}, hex_{format == job::ValueFormat::hex} {}

  /// The data that answer request number `nth`. False, and no sample, when they are not exactly what was asked for.
  bool take(const SlmpCommand&, std::size_t nth, ByteView data, WallTime at, std::vector<telemetry::Sample>& out);

 private:
  bool take_words(const SlmpCommand&, std::size_t nth, ByteView data, WallTime at, std::vector<telemetry::Sample>& out);
  bool take_bits(const SlmpCommand&, std::size_t nth, ByteView data, WallTime at, std::vector<telemetry::Sample>& out);
  bool take_random(const SlmpCommand&, ByteView data, WallTime at, std::vector<telemetry::Sample>& out) const;
  bool take_labels(const SlmpCommand&, ByteView data, WallTime at, std::vector<telemetry::Sample>& out) const;

  slmp::Code code_;
  bool hex_;
  // What the requests of a device_read have given so far.
  std::vector<std::uint16_t> words_;
  std::vector<bool> bits_;
};

}  // namespace m2c2::machines
