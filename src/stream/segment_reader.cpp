// Reading by chunks, a frame at a time.
// SPDX-License-Identifier: Apache-2.0
#include "stream/segment_reader.hpp"

#include <algorithm>
#include <utility>

namespace m2c2::stream {
namespace {

constexpr std::size_t kChunk = std::size_t{128} * 1024;

}  // namespace

SegmentReader::SegmentReader(std::unique_ptr<const disk::File> file, std::uint32_t seed, Spot at)
    : file_{std::move(file)}, seed_{seed}, at_{at}, end_{at} {}

/// These bytes of the file, or nothing where there are fewer or the disk fails.
ByteView SegmentReader::bytes_at(std::uint64_t offset, std::size_t n) {
  if (offset > end_.offset || n > end_.offset - offset) return {};
  const std::uint64_t buffer_end = buffer_offset_ + buffer_.size();
  if (offset < buffer_offset_ || offset + n > buffer_end) {
    buffer_.resize(std::min<std::uint64_t>(end_.offset - offset, std::max(n, kChunk)));
    buffer_offset_ = offset;
    auto read = file_->read(offset, buffer_);
    if (!read) error_ = std::move(read.error());
    buffer_.resize(read.value_or(0));
    if (buffer_.size() < n) return {};
  }
  return ByteView{buffer_}.subspan(offset - buffer_offset_, n);
}

/// All of the frame that begins there, by what it says itself; nothing where that cannot be.
ByteView SegmentReader::frame_at(std::uint64_t offset) {
  const auto size = decode_frame_size(bytes_at(offset, kFrameBytes));
  return size ? bytes_at(offset, *size) : ByteView{};
}

SegmentReader::Step SegmentReader::look() {
  if (at_.number >= end_.number || at_.offset >= end_.offset) return Step::end;
  error_ = {};
  frame_ = frame_at(at_.offset);
  if (error_.code) return Step::failed;
  if (frame_.empty()) return Step::rest_damaged;
  if (verify_frame(frame_, at_.number, seed_) && decode_summary(frame_)) return Step::record;

  const std::size_t size = frame_.size();
  const ByteView next = frame_at(at_.offset + size);
  if (next.empty() || !verify_frame(next, at_.number + 1, seed_)) return Step::rest_damaged;
  frame_ = bytes_at(at_.offset, size);
  return error_.code || frame_.empty() ? Step::failed : Step::damaged;
}

void SegmentReader::pass() {
  at_.offset += frame_.size();
  ++at_.number;
}

}  // namespace m2c2::stream
