// The bytes of a segment file: a header, then records. Bytes in, values out; see docs/formats/stream.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "stream/record.hpp"

namespace m2c2::stream {

/// Records counted from the stream's first on, and their Record::size().
struct Count {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;

  /// This without `less`, and never below nothing.
  Count without(Count less) const {
    return {records > less.records ? records - less.records : 0, bytes > less.bytes ? bytes - less.bytes : 0};
  }
  bool operator==(const Count&) const = default;
};

/// All the records that went before a place in the stream, for each destination.
struct Totals {
  Count topic;
  Count stream;

  const Count& of(Destination to) const { return to == Destination::topic ? topic : stream; }
  void add(bool to_topic, bool to_stream, std::size_t size) {
    if (to_topic) topic = {topic.records + 1, topic.bytes + size};
    if (to_stream) stream = {stream.records + 1, stream.bytes + size};
  }
  bool operator==(const Totals&) const = default;
};

using StreamId = std::array<std::byte, 16>;
std::string to_text(const StreamId&);
/// Of a UUID's text; nothing for another text.
std::optional<StreamId> parse_stream_id(std::string_view);

struct SegmentHeader {
  StreamId id{};
  std::uint64_t first = 0;  ///< number of its first record
  Totals totals;            ///< of all the records before it
  std::uint32_t seed = 0;   ///< ties the records to this header: its CRC, known once it is encoded or decoded
};

constexpr std::uint32_t kSegmentVersion = 1;
constexpr std::size_t kHeaderBytes = 72;
constexpr std::size_t kFrameBytes = 8;       ///< before the body of each record: length and CRC
constexpr std::size_t kLeastBodyBytes = 21;  ///< of a record whose texts are all empty
constexpr std::size_t kMostBodyBytes = std::size_t{16} * 1024 * 1024;

enum class HeaderFault { damaged, newer_version };
std::expected<SegmentHeader, HeaderFault> decode_header(ByteView);
/// Of a header in which one bit was flipped: the CRC tells which. Nothing where more is damaged.
std::optional<SegmentHeader> decode_mended_header(ByteView);
/// Appends it, and gives it its seed.
void encode(Bytes& out, SegmentHeader&);

/// A record's length and CRC and body, in bytes.
std::size_t frame_size(const Record&);
/// Appends a record, as the one of that number in the segment of that seed.
void encode(Bytes& out, const Record&, std::uint64_t number, std::uint32_t seed);

/// The size of the frame that begins here, as it says itself; nothing when it cannot be, or fewer than kFrameBytes are
/// there.
std::optional<std::size_t> decode_frame_size(ByteView);
/// Exactly this is the record of that number in the segment of that seed.
bool verify_frame(ByteView frame, std::uint64_t number, std::uint32_t seed);

/// What a record counts for, without its texts.
struct Summary {
  bool to_topic = false;
  bool to_stream = false;
  std::size_t size = 0;

  bool is_for(Destination to) const { return to == Destination::topic ? to_topic : to_stream; }
};
std::optional<Summary> decode_summary(ByteView frame);
std::optional<Record> decode_record(ByteView frame, std::uint64_t number);

/// `00000000000000000042.segment`, for the segment that begins with record 42.
std::string segment_name(std::uint64_t first);
std::optional<std::uint64_t> parse_segment_name(std::string_view);

}  // namespace m2c2::stream
