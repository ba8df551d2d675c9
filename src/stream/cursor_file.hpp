// An exporter's place in the stream, and the small file that keeps it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "disk/folder.hpp"
#include "stream/segment.hpp"

namespace m2c2::stream {

struct Place {
  std::uint64_t number = 0;   ///< of the next record, whoever it is for
  std::uint64_t segment = 0;  ///< the first number of the segment that it is in
  std::uint64_t offset = 0;   ///< in that segment's file
  Count passed;               ///< of the records for the exporter's destination, all those before the place
  std::uint64_t lost = 0;     ///< of these, the records that the exporter never got

  bool operator==(const Place&) const = default;
};

struct CursorMark {
  StreamId id{};  ///< of the stream that the place is in
  Destination destination = Destination::topic;
  Place place;
  bool operator==(const CursorMark&) const = default;
};

constexpr std::size_t kSlotBytes = 512;  ///< what a disk writes whole
constexpr std::size_t kCursorFileBytes = 2 * kSlotBytes;

struct CursorSlot {
  CursorMark mark;
  std::uint64_t generation = 0;
};
void encode(Bytes& out, const CursorSlot&);
/// The newer of the two slots of a cursor file, as far as they are whole.
std::optional<CursorSlot> decode_cursor_file(ByteView);

std::string cursor_name(std::string_view exporter);
/// The exporter of a file of that name.
std::optional<std::string> parse_cursor_name(std::string_view file);
/// An exporter's name may be a file's.
bool is_cursor_name(std::string_view exporter);
/// What the file holds; nothing when it is damaged.
Result<std::optional<CursorSlot>> read_cursor_file(const disk::Folder&, std::string_view exporter);

/// Writes marks into the two slots by turns, so that one is always whole.
class CursorFile {
 public:
  /// Touches no disk. `known` is what read_cursor_file() gave.
  CursorFile(disk::Folder& folder, std::string exporter, const std::optional<CursorSlot>& known);

  /// On return no power cut takes it back; the same mark again costs nothing. Makes the file when it is not there.
  Result<> store(const CursorMark&);

 private:
  Result<> open();
  Result<std::unique_ptr<disk::File>> open_existing(const std::string& name);

  disk::Folder* folder_;
  std::string exporter_;
  CursorSlot slot_;  ///< as it was last written
  bool is_stored_ =
      false;  ///< that one, durably: what was read may come from a process that was killed before its sync
  std::unique_ptr<disk::File> file_;
};

}  // namespace m2c2::stream
