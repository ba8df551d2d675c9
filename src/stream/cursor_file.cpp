// The cursor file: its bytes, and writing them in place.
// SPDX-License-Identifier: Apache-2.0
#include "stream/cursor_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "log/log.hpp"

namespace m2c2::stream {
namespace {

constexpr std::string_view kMagic = "m2c2cur\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kSuffix = ".cursor";
constexpr std::size_t kSlotContentBytes = 89;  ///< with the CRC; zeros follow

std::uint32_t crc(ByteView bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::optional<CursorSlot> decode_slot(ByteView bytes) {
  ByteReader in{bytes.first(std::min(bytes.size(), kSlotContentBytes))};
  const bool ours = as_text(in.take(kMagic.size())) == kMagic;
  const std::uint32_t version = in.u32le();
  CursorSlot slot;
  slot.generation = in.u64le();
  std::ranges::copy(in.take(slot.mark.id.size()), slot.mark.id.begin());
  const std::uint8_t destination = in.u8();
  Place& place = slot.mark.place;
  for (std::uint64_t* field :
       {&place.number, &place.segment, &place.offset, &place.passed.records, &place.passed.bytes, &place.lost})
    *field = in.u64le();
  const std::uint32_t sum = in.u32le();
  if (!in.done() || !ours || version != kVersion || destination > 1) return std::nullopt;
  if (sum != crc(bytes.first(kSlotContentBytes - 4))) return std::nullopt;
  slot.mark.destination = destination == 0 ? Destination::topic : Destination::stream;
  return slot;
}

}  // namespace

void encode(Bytes& out, const CursorSlot& slot) {
  const std::size_t begin = out.size();
  const Place& place = slot.mark.place;
  ByteWriter writer{out};
  writer.text(kMagic);
  writer.u32le(kVersion);
  writer.u64le(slot.generation);
  writer.bytes(slot.mark.id);
  writer.u8(slot.mark.destination == Destination::topic ? 0 : 1);
  for (const std::uint64_t field :
       {place.number, place.segment, place.offset, place.passed.records, place.passed.bytes, place.lost})
    writer.u64le(field);
  writer.u32le(crc(ByteView{out}.subspan(begin)));
  out.resize(begin + kSlotBytes);
}

std::optional<CursorSlot> decode_cursor_file(ByteView bytes) {
  const auto first = decode_slot(bytes);
  const auto second = decode_slot(bytes.subspan(std::min(bytes.size(), kSlotBytes)));
  if (first && second) return first->generation > second->generation ? first : second;
  return first ? first : second;
}

std::string cursor_name(std::string_view exporter) { return std::string{exporter}.append(kSuffix); }

bool is_cursor_name(std::string_view exporter) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !exporter.empty() && exporter.size() <= 200 && std::ranges::all_of(exporter, allowed);
}

std::optional<std::string> parse_cursor_name(std::string_view file) {
  if (!file.ends_with(kSuffix)) return std::nullopt;
  file.remove_suffix(kSuffix.size());
  return is_cursor_name(file) ? std::optional{std::string{file}} : std::nullopt;
}

Result<std::optional<CursorSlot>> read_cursor_file(const disk::Folder& folder, std::string_view exporter) {
  const auto file = folder.open_to_read(cursor_name(exporter));
  if (!file) return std::unexpected{file.error()};
  std::array<std::byte, kCursorFileBytes> bytes{};
  const auto read = (*file)->read(0, bytes);
  if (!read) return std::unexpected{read.error()};
  return decode_cursor_file(ByteView{bytes}.first(*read));
}

CursorFile::CursorFile(disk::Folder& folder, std::string exporter, const std::optional<CursorSlot>& known)
    : folder_{&folder}, exporter_{std::move(exporter)}, slot_{known.value_or(CursorSlot{})} {}

/// What is written next is newer than what a file holds that was of no use. A pipe or a device can hold no place, and
/// makes way.
Result<std::unique_ptr<disk::File>> CursorFile::open_existing(const std::string& name) {
  if (const auto known = read_cursor_file(*folder_, exporter_); known && *known)
    slot_.generation = std::max(slot_.generation, (*known)->generation);
  auto file = folder_->open(name);
  if (file || file.error().code != std::errc::not_supported) return file;
  log::warning(fmt::format("stream: {}/{} is no regular file and is replaced by one", folder_->name(), name));
  if (auto removed = folder_->remove(name); !removed) return std::unexpected{std::move(removed.error())};
  return folder_->create(name);
}

Result<> CursorFile::open() {
  const std::string name = cursor_name(exporter_);
  auto file = folder_->create(name);
  if (!file && file.error().code == std::errc::file_exists) file = open_existing(name);
  if (!file) return std::unexpected{std::move(file.error())};
  if (const auto size = (*file)->size(); !size || *size < kCursorFileBytes)
    if (auto made = (*file)->write(0, Bytes(kCursorFileBytes)); !made) return made;
  if (auto synced = folder_->sync(); !synced) return synced;
  file_ = std::move(*file);
  return {};
}

/// After a failure the same slot is written again: the other one is the last that is known to be whole.
Result<> CursorFile::store(const CursorMark& mark) {
  if (is_stored_ && slot_.mark == mark) return {};
  if (!file_)
    if (auto opened = open(); !opened) return opened;
  const CursorSlot next{mark, slot_.generation + 1};
  Bytes bytes;
  encode(bytes, next);
  if (auto written = file_->write(next.generation % 2 * kSlotBytes, bytes); !written) return written;
  if (auto synced = file_->sync(); !synced) return synced;
  slot_ = next;
  is_stored_ = true;
  return {};
}

}  // namespace m2c2::stream
