// What a gateway says of itself: the retained payload of m2c2/group/<group>/status, and its last will.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "exporters/pump.hpp"
#include "stream/stream.hpp"

namespace m2c2::gateway {

/// How one exporter fares, beside its place in the stream.
struct ExporterStatus {
  std::string name;
  exporters::PumpStats pump;
};

struct Status {
  std::string version;            ///< of the program
  std::vector<std::string> jobs;  ///< names of those that run, sorted
  std::uint64_t polls = 0;
  std::uint64_t polls_missed = 0;  ///< places on the clock that went by while a poll still lasted
  std::size_t machines_lost = 0;   ///< jobs whose machine does not answer now
  stream::Stats stream;
  std::vector<ExporterStatus> exporters;
  WallTime at;
};

/// Brokers refuse large messages; AWS IoT Core takes 128 KiB.
inline constexpr std::size_t kMostStatusBytes = 128 * 1024;

/// {"state": "online", "version", "polls", "polls-missed", "machines-lost", "stream": {"bytes", "max-bytes", "waiting",
/// "appended", "rejected", "unwanted", "trouble" (while there is some), "exporters": {<name>: {"lag", "lag-bytes",
/// "lost", "delivered", "delivered-bytes", "held", "retries", "rejected", "failing" (why, while it does)}}},
/// "_timestamp_", "jobs-running": <number>, "jobs": [names]}; as many names as fit `most_bytes`, and "jobs-truncated":
/// true if that is not all.
std::string online_payload(const Status&, std::size_t most_bytes = kMostStatusBytes);

/// {"state": "offline"}
std::string offline_payload();

}  // namespace m2c2::gateway
