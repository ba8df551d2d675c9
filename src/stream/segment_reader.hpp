// Reads the records of one segment file in order, and steps over damage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "disk/folder.hpp"
#include "stream/segment.hpp"

namespace m2c2::stream {

/// Where the next record of a segment stands, or would stand.
struct Spot {
  std::uint64_t number = 0;
  std::uint64_t offset = 0;
  bool operator==(const Spot&) const = default;
};

class SegmentReader {
 public:
  enum class Step {
    record,        ///< frame() is whole
    damaged,       ///< frame() is not, but the one after it is: one record lost
    rest_damaged,  ///< nothing more can be read up to the end
    failed,        ///< the disk gave nothing: error()
    end,
  };

  /// Reads from `at` on, which need not be the first record.
  SegmentReader(std::unique_ptr<const disk::File> file, std::uint32_t seed, Spot at);

  /// Up to here the segment is valid, or up to that number, whichever comes first. It may move on while one reads.
  void set_end(Spot end) { end_ = end; }
  /// What stands at the spot; the same again until pass().
  Step look();
  /// A view into the reader's buffer, until the next look().
  ByteView frame() const { return frame_; }
  void pass();
  Spot spot() const { return at_; }
  const Error& error() const { return error_; }

 private:
  ByteView bytes_at(std::uint64_t offset, std::size_t n);
  ByteView frame_at(std::uint64_t offset);

  std::unique_ptr<const disk::File> file_;
  std::uint32_t seed_;
  Spot at_;
  Spot end_;
  ByteView frame_;
  Bytes buffer_;  ///< of the file, from buffer_offset_ on
  std::uint64_t buffer_offset_ = 0;
  Error error_;
};

}  // namespace m2c2::stream
