// Faults on demand: what a PLC or its network may do wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sims/plc/notation.hpp"

namespace m2c2::sim {

/// An end code that answers every request, or those that touch one device.
struct ForcedError {
  std::uint16_t end_code = 0;
  std::optional<slmp::Device> device{};
};

/// Those at work, all at once.
struct Faults {
  Duration delay{};           ///< before each answer
  double drop = 0;            ///< fraction of requests that get no answer
  std::size_t split = 0;      ///< TCP: bytes a piece; 0: in one piece
  std::uint64_t close = 0;    ///< TCP: closes after so many requests; 0: never
  bool silence = false;       ///< no answers
  bool late = false;          ///< each request is answered with the answer of the one before
  bool stale_serial = false;  ///< 4E: each answer carries the serial number of the request before
  bool wrong_route = false;   ///< answers come from another station
  bool garbage = false;       ///< random bytes instead of an answer
  bool one_client = false;    ///< TCP: while one client is connected, the next is closed at once
  std::vector<ForcedError> errors;
};

/// Adds the fault that the text names: "delay:500ms", "drop:0.1", "split:3", "close:100", "error:C059",
/// "error:C056@D500", "silence", "late", "stale-serial", "wrong-route", "garbage", "one-client". "none" ends all.
Parsed<> apply_fault(Faults&, std::string_view text);

}  // namespace m2c2::sim
