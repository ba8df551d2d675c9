// The segment codec.
// SPDX-License-Identifier: Apache-2.0
#include "stream/segment.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>

#include "base/hex.hpp"
#include "base/ids.hpp"

namespace m2c2::stream {
namespace {

constexpr std::string_view kMagic = "m2c2seg\n";
constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kDigits = 20;
constexpr std::uint8_t kToTopic = 1, kToStream = 2;

std::uint32_t crc(ByteView bytes, std::uint32_t from = 0) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<std::uint32_t>(::crc32_z(from, data, bytes.size()));
}

/// Over the number, which is not stored, then the length and the body.
std::uint32_t frame_crc(ByteView frame, std::uint64_t number, std::uint32_t seed) {
  std::array<std::byte, 12> begin;
  for (std::size_t i = 0; i < 8; ++i) begin[i] = static_cast<std::byte>(number >> (8 * i) & 0xFF);
  std::ranges::copy(frame.first(4), begin.begin() + 8);
  return crc(frame.subspan(kFrameBytes), crc(begin, seed));
}

void put_u32le(std::byte* at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) at[i] = static_cast<std::byte>(value >> (8 * i) & 0xFF);
}

void encode(ByteWriter& out, const Count& count) {
  out.u64le(count.records);
  out.u64le(count.bytes);
}

Count decode_count(ByteReader& in) {
  const std::uint64_t records = in.u64le();
  return {records, in.u64le()};
}

struct Body {
  Summary summary;
  std::uint64_t at = 0;
  ByteView id, topic, partition_key, payload;
};

std::optional<Body> decode_body(ByteView frame) {
  ByteReader in{frame};
  in.take(kFrameBytes);
  const std::uint8_t flags = in.u8();
  Body body;
  body.at = in.u64le();
  const std::uint32_t id = in.u32le(), topic = in.u32le(), partition_key = in.u32le();
  body.id = in.take(id);
  body.topic = in.take(topic);
  body.partition_key = in.take(partition_key);
  if (!in.ok() || (flags & ~(kToTopic | kToStream)) != 0) return std::nullopt;
  body.payload = in.rest();
  body.summary = {(flags & kToTopic) != 0, (flags & kToStream) != 0,
                  frame.size() - kFrameBytes - kLeastBodyBytes + kUncountedBytes};
  return body;
}

}  // namespace

std::string to_text(const StreamId& id) { return uuid_text(id); }

std::optional<StreamId> parse_stream_id(std::string_view text) {
  std::string hex{text};
  std::erase(hex, '-');
  const auto bytes = from_hex(hex);
  StreamId id{};
  if (!bytes || bytes->size() != id.size()) return std::nullopt;
  std::ranges::copy(*bytes, id.begin());
  return id;
}

void encode(Bytes& out, SegmentHeader& header) {
  const std::size_t begin = out.size();
  ByteWriter writer{out};
  writer.text(kMagic);
  writer.u32le(kSegmentVersion);
  writer.bytes(header.id);
  writer.u64le(header.first);
  encode(writer, header.totals.topic);
  encode(writer, header.totals.stream);
  header.seed = crc(ByteView{out}.subspan(begin));
  writer.u32le(header.seed);
}

std::expected<SegmentHeader, HeaderFault> decode_header(ByteView bytes) {
  if (bytes.size() < kHeaderBytes) return std::unexpected{HeaderFault::damaged};
  ByteReader in{bytes.first(kHeaderBytes)};
  const bool ours = as_text(in.take(kMagic.size())) == kMagic;
  const std::uint32_t version = in.u32le();
  SegmentHeader header;
  std::ranges::copy(in.take(header.id.size()), header.id.begin());
  header.first = in.u64le();
  header.totals.topic = decode_count(in);
  header.totals.stream = decode_count(in);
  header.seed = in.u32le();
  if (!ours || header.seed != crc(bytes.first(kHeaderBytes - 4))) return std::unexpected{HeaderFault::damaged};
  if (version > kSegmentVersion) return std::unexpected{HeaderFault::newer_version};
  return header;
}

// Two flipped bits never pass for one: over so few bytes any two headers of the same CRC differ in four bits or more.
std::optional<SegmentHeader> decode_mended_header(ByteView bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  Bytes tried{bytes.begin(), bytes.begin() + kHeaderBytes};
  for (std::byte& byte : tried) {
    for (std::byte bit{1}; bit != std::byte{0}; bit <<= 1) {
      byte ^= bit;
      if (const auto header = decode_header(tried)) return *header;
      byte ^= bit;
    }
  }
  return std::nullopt;
}

std::size_t frame_size(const Record& record) { return kFrameBytes + kLeastBodyBytes + record.size() - kUncountedBytes; }

void encode(Bytes& out, const Record& record, std::uint64_t number, std::uint32_t seed) {
  const std::size_t begin = out.size();
  const std::size_t size = frame_size(record);
  ByteWriter writer{out};
  writer.u32le(static_cast<std::uint32_t>(size - kFrameBytes));
  writer.u32le(0);
  writer.u8(static_cast<std::uint8_t>((record.to_topic ? kToTopic : 0) | (record.to_stream ? kToStream : 0)));
  writer.u64le(static_cast<std::uint64_t>(record.at.time_since_epoch().count()));
  for (const auto* text : {&record.id, &record.topic, &record.partition_key})
    writer.u32le(static_cast<std::uint32_t>(text->size()));
  for (const auto* text : {&record.id, &record.topic, &record.partition_key, &record.payload}) writer.text(*text);
  put_u32le(&out[begin + 4], frame_crc(ByteView{out}.subspan(begin), number, seed));
}

std::optional<std::size_t> decode_frame_size(ByteView bytes) {
  ByteReader in{bytes};
  const std::size_t body = in.u32le();
  in.u32le();
  if (!in.ok() || body < kLeastBodyBytes || body > kMostBodyBytes) return std::nullopt;
  return kFrameBytes + body;
}

bool verify_frame(ByteView frame, std::uint64_t number, std::uint32_t seed) {
  ByteReader in{frame};
  if (in.u32le() != frame.size() - kFrameBytes) return false;
  return in.u32le() == frame_crc(frame, number, seed);
}

std::optional<Summary> decode_summary(ByteView frame) {
  const auto body = decode_body(frame);
  return body ? std::optional{body->summary} : std::nullopt;
}

std::optional<Record> decode_record(ByteView frame, std::uint64_t number) {
  const auto body = decode_body(frame);
  if (!body) return std::nullopt;
  return Record{std::string{as_text(body->id)},
                std::string{as_text(body->topic)},
                std::string{as_text(body->payload)},
                std::string{as_text(body->partition_key)},
                body->summary.to_topic,
                body->summary.to_stream,
                WallTime{std::chrono::microseconds{static_cast<std::int64_t>(body->at)}},
                number};
}

std::string segment_name(std::uint64_t first) { return fmt::format("{:0{}}{}", first, kDigits, kSuffix); }

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::uint64_t first = 0;
  const std::string_view digits = name.substr(0, kDigits);
  const auto parsed = std::from_chars(digits.begin(), digits.end(), first);
  return parsed.ec == std::errc{} && parsed.ptr == digits.end() ? std::optional{first} : std::nullopt;
}

}  // namespace m2c2::stream
