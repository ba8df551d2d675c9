// m2c2 stream: what lies in a gateway's stream, whether the gateway runs or not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace m2c2::app {

struct StreamCommand {
  std::string folder;       ///< of the stream; empty: that of the configuration
  std::string config_file;  ///< empty: the defaults
  std::uint64_t from = 0;   ///< number of the first record to print
  std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
};

/// Prints segments, cursors and their lag. The exit status of the program: 1 when something is damaged.
int run_stream_show_command(const StreamCommand&);
/// Prints records as JSON, one a line.
int run_stream_read_command(const StreamCommand&);

}  // namespace m2c2::app
