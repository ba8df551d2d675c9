// What a log's folder holds after a stop, of whatever kind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "stream/log.hpp"

namespace m2c2::stream {

struct Recovered {
  Index index;  ///< may have no segment
  std::unique_ptr<disk::File> last;
  std::vector<std::string> useless;  ///< files of which nothing can be read
  bool numbers_known = true;         ///< whether the last segment's numbers may simply be counted on
};

/// Reads the headers alone of all segments but the last. What is found damaged is told to the program's log.
Result<Recovered> recover(disk::Folder&);

/// The header of a segment file, which must say what the file's name says; or why not.
struct SegmentFile {
  std::uint64_t first = 0;  ///< by its name
  std::uint64_t bytes = 0;
  std::expected<SegmentHeader, HeaderFault> header = std::unexpected{HeaderFault::damaged};
  bool is_mended = false;  ///< one bit of the header was flipped in the file
};
Result<SegmentFile> look_at(const disk::File&, std::uint64_t first);

}  // namespace m2c2::stream
