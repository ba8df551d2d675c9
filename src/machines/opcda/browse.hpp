// What read_list's patterns stand for, asked of the gateway.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/opcda.hpp"
#include "machines/opcda/session.hpp"
#include "telemetry/sample.hpp"

namespace m2c2::machines {

struct OpcdaBrowsed {
  std::vector<std::vector<std::string>> attributes;  ///< the items of each, in its order
  std::vector<telemetry::Fault> faults;              ///< patterns that match nothing
};

/// An error of the gateway or the OPC DA server ends it; the connection is open then, unless that was lost.
net::Task<Result<OpcdaBrowsed>> browse(OpcdaSession&, const job::OpcdaJob&);

/// OpenOPC cannot list the full path of a leaf, nor a last segment with '?': what it can list instead, which finds
/// more, and of that what was meant.
std::string listable(std::string_view path);  ///< "Random.Int?" → "Random.Int?*"
bool is_meant(std::string_view path, std::string_view item);

}  // namespace m2c2::machines
