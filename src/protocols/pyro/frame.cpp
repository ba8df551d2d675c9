// Pyro frames: writing them, cutting them out of a stream, reading them.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/frame.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace m2c2::pyro {
namespace {

constexpr std::string_view kMark = "PYRO";
constexpr std::size_t kVersionEnd = 6;
constexpr std::uint16_t kPyro4 = 48;
constexpr std::uint16_t kPyro5 = 502;
constexpr std::uint16_t kChecksumSeed = 0x34E9;
constexpr std::uint16_t kPyro5Magic = 0x4DC5;
constexpr std::size_t kCorrelationBytes = 16;
constexpr std::size_t kMostAnnotationBytes =
    0xFFFF;  // what 48 can say; 502 could say more, but nobody has so much to say

constexpr std::size_t header_size(Protocol protocol) { return protocol == Protocol::pyro4 ? 24 : 40; }

struct Header {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint16_t sequence = 0;
  std::uint32_t data_size = 0;
  std::uint16_t serializer = 0;
  std::uint32_t annotations_size = 0;
  bool intact = false;
};

std::uint16_t checksum(const Header& header) {
  return static_cast<std::uint16_t>(header.type + kPyro4 + header.data_size + header.annotations_size +
                                    header.serializer + header.flags + header.sequence + kChecksumSeed);
}

Header get_header4(ByteReader& in) {
  Header header;
  header.type = in.u16be();
  header.flags = in.u16be();
  header.sequence = in.u16be();
  header.data_size = in.u32be();
  header.serializer = in.u16be();
  header.annotations_size = in.u16be();
  in.u16be();  // reserved
  header.intact = in.u16be() == checksum(header);
  return header;
}

Header get_header5(ByteReader& in) {
  Header header;
  header.type = in.u8();
  header.serializer = in.u8();
  header.flags = in.u16be();
  header.sequence = in.u16be();
  header.data_size = in.u32be();
  header.annotations_size = in.u32be();
  in.take(kCorrelationBytes);
  in.u16be();  // reserved
  header.intact = in.u16be() == kPyro5Magic;
  return header;
}

/// Of a header that is wholly there.
Header get_header(ByteReader& in, Protocol protocol) {
  in.take(kVersionEnd);
  return protocol == Protocol::pyro4 ? get_header4(in) : get_header5(in);
}

void put_header4(ByteWriter& out, const Header& header) {
  out.u16be(kPyro4);
  out.u16be(header.type);
  out.u16be(header.flags);
  out.u16be(header.sequence);
  out.u32be(header.data_size);
  out.u16be(header.serializer);
  out.u16be(0);
  out.u16be(0);
  out.u16be(checksum(header));
}

void put_header5(ByteWriter& out, const Header& header) {
  out.u16be(kPyro5);
  out.u8(static_cast<std::uint8_t>(header.type));
  out.u8(static_cast<std::uint8_t>(header.serializer));
  out.u16be(header.flags);
  out.u16be(header.sequence);
  out.u32be(header.data_size);
  out.u32be(0);
  out.bytes(std::array<std::byte, kCorrelationBytes>{});
  out.u16be(0);
  out.u16be(kPyro5Magic);
}

std::optional<Fault> check_version(Protocol protocol, ByteView front) {
  ByteReader in{front.subspan(kMark.size())};
  const std::uint16_t version = in.u16be();
  if (version == (protocol == Protocol::pyro4 ? kPyro4 : kPyro5)) return std::nullopt;
  if (version == kPyro5) return Fault::pyro5;
  return version == kPyro4 ? Fault::pyro4 : Fault::version;
}

std::optional<Fault> check_front(Protocol protocol, ByteView front) {
  const std::string_view mark = as_text(front.first(std::min(front.size(), kMark.size())));
  if (!kMark.starts_with(mark)) return Fault::not_pyro;
  return front.size() < kVersionEnd ? std::nullopt : check_version(protocol, front);
}

/// Whether annotations fill their bytes exactly. What they say is for others.
bool whole_annotations(Protocol protocol, ByteView bytes) {
  ByteReader in{bytes};
  while (in.ok() && !in.rest().empty()) {
    in.take(4);
    in.take(protocol == Protocol::pyro4 ? in.u16be() : in.u32be());
  }
  return in.ok();
}

/// zlib's state, given back.
class Inflater {
 public:
  explicit Inflater(ByteView data) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data.data()));  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(data.size());
    ready_ = inflateInit(&stream_) == Z_OK;
  }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Fills `out` as far as there is something, and gives how much that was.
  std::size_t fill(std::span<std::byte> out) {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    state_ = ready_ ? inflate(&stream_, Z_NO_FLUSH) : Z_MEM_ERROR;
    return out.size() - stream_.avail_out;
  }
  bool whole() const { return state_ == Z_STREAM_END && stream_.avail_in == 0; }
  bool more() const { return state_ == Z_OK && stream_.avail_out == 0; }

 private:
  z_stream stream_{};
  bool ready_ = false;
  int state_ = Z_OK;
};

/// Of the whole stream, without room for it: so that a small one that becomes enormous costs none.
std::expected<std::size_t, Fault> inflated_size(ByteView data, std::size_t most) {
  Inflater inflater{data};
  std::array<std::byte, 16UL << 10> passing;
  std::size_t size = 0;
  do {
    size += inflater.fill(passing);
    if (size > most) return std::unexpected{Fault::length};
  } while (inflater.more());
  if (!inflater.whole()) return std::unexpected{Fault::compression};
  return size;
}

}  // namespace

std::expected<std::optional<std::size_t>, Fault> frame_size(Protocol protocol, ByteView front, const Limits& limits) {
  if (const auto fault = check_front(protocol, front)) return std::unexpected{*fault};
  if (front.size() < header_size(protocol)) return std::nullopt;
  ByteReader in{front};
  const Header header = get_header(in, protocol);
  if (!header.intact) return std::unexpected{Fault::checksum};
  if (header.type < static_cast<std::uint16_t>(MessageType::connect) ||
      header.type > static_cast<std::uint16_t>(MessageType::ping))
    return std::unexpected{Fault::type};
  if (header.annotations_size > kMostAnnotationBytes) return std::unexpected{Fault::annotations};
  const std::size_t size = header_size(protocol) + header.annotations_size + header.data_size;
  if (size > limits.frame_bytes) return std::unexpected{Fault::length};
  return size;
}

void encode(Bytes& out, Protocol protocol, const Frame& frame) {
  ByteWriter to{out};
  const Header header{.type = static_cast<std::uint16_t>(frame.type),
                      .flags = frame.flags,
                      .sequence = frame.sequence,
                      .data_size = static_cast<std::uint32_t>(frame.data.size()),
                      .serializer = frame.serializer};
  to.text(kMark);
  if (protocol == Protocol::pyro4) put_header4(to, header);
  else put_header5(to, header);
  to.bytes(frame.data);
}

std::expected<Frame, Fault> decode(Protocol protocol, ByteView frame, const Limits& limits) {
  const auto size = frame_size(protocol, frame, limits);
  if (!size) return std::unexpected{size.error()};
  if (*size != frame.size()) return std::unexpected{Fault::length};
  ByteReader in{frame};
  const Header header = get_header(in, protocol);
  if (!whole_annotations(protocol, in.take(header.annotations_size))) return std::unexpected{Fault::annotations};
  return Frame{.type = static_cast<MessageType>(header.type),
               .flags = header.flags,
               .sequence = header.sequence,
               .serializer = header.serializer,
               .data = in.rest()};
}

std::expected<ByteView, Fault> plain_data(const Frame& frame, Bytes& storage, const Limits& limits) {
  if ((frame.flags & flag::kCompressed) == 0) return frame.data;
  const auto size = inflated_size(frame.data, limits.data_bytes);
  if (!size) return std::unexpected{size.error()};
  storage.resize(*size);
  Inflater{frame.data}.fill(storage);
  return storage;
}

}  // namespace m2c2::pyro
