// Reassembly and matching.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/inbox.hpp"

#include <algorithm>

namespace m2c2::machines {
namespace {

/// The largest answer is that to 960 words in ASCII, 3,870 characters. A stream's buffer grows to what comes, so that a
/// gateway with thousands of small jobs stays small.
constexpr std::size_t kDatagramBytes = 4096;
constexpr std::size_t kFirstStreamBytes = 256;

}  // namespace

SlmpInbox::SlmpInbox(slmp::Format format, job::Ethernet ethernet, SlmpCounters& counters)
    : format_{format},
      datagrams_{ethernet == job::Ethernet::udp},
      counters_{counters},
      buffer_(datagrams_ ? kDatagramBytes : kFirstStreamBytes) {}

void SlmpInbox::clear() { begin_ = end_ = early_ = 0; }

void SlmpInbox::expect(const slmp::Route& route, std::uint16_t serial) {
  route_ = route;
  serial_ = serial;
  early_ = end_ - begin_;
}

std::span<std::byte> SlmpInbox::space() {
  if (datagrams_) clear();
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
            buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(std::min(2 * buffer_.size(), slmp::kMostMessageBytes));
  return std::span{buffer_}.subspan(end_);
}

void SlmpInbox::filled(std::size_t n) {
  end_ += n;
  counters_.bytes += n;
}

std::expected<std::optional<slmp::Response>, slmp::FrameFault> SlmpInbox::answer() {
  while (begin_ != end_) {
    const auto message = front();
    if (!message) return std::unexpected{message.error()};
    const auto whole = is_whole(*message);
    if (!whole) return std::unexpected{whole.error()};
    if (!*whole) return std::nullopt;

    const bool early = early_ > 0;
    const ByteView bytes = rest().first(*message->size);
    if (!message->is_response) {
      drop(bytes.size());
      ++counters_.unsolicited;
      continue;
    }
    const auto response = slmp::decode_response(format_, bytes);
    if (!response) return std::unexpected{response.error()};
    drop(bytes.size());
    if (is_answer(*response, early)) return *response;
  }
  return std::nullopt;
}

void SlmpInbox::drop(std::size_t bytes) {
  begin_ += bytes;
  early_ -= std::min(early_, bytes);
}

/// The message that what is here begins with: a response, or a request of the PLC's own, in either frame type.
std::expected<SlmpInbox::Message, slmp::FrameFault> SlmpInbox::front() const {
  const auto size = slmp::message_size(format_, slmp::Side::response, rest());
  if (size) return Message{true, *size};
  for (const slmp::FrameType frame : {slmp::FrameType::e3, slmp::FrameType::e4}) {
    const auto request = slmp::message_size({frame, format_.code}, slmp::Side::request, rest());
    if (request) return Message{false, *request};
  }
  return std::unexpected{size.error()};
}

/// A datagram is one message, neither more nor less; of a stream the rest may come yet.
std::expected<bool, slmp::FrameFault> SlmpInbox::is_whole(const Message& message) {
  const std::size_t here = rest().size();
  if (datagrams_ && (!message.size || *message.size > here)) return std::unexpected{slmp::FrameFault::truncated};
  if (datagrams_ && *message.size < here) return std::unexpected{slmp::FrameFault::length};
  if (!message.size) return false;
  if (begin_ + *message.size > buffer_.size()) buffer_.resize(begin_ + *message.size);
  return *message.size <= here;
}

bool SlmpInbox::is_answer(const slmp::Response& response, bool early) {
  const bool by_serial = format_.frame == slmp::FrameType::e4;
  if (by_serial ? response.serial != serial_ : early) {
    ++counters_.stale;
    return false;
  }
  if (!by_serial && response.route != route_) {
    ++counters_.foreign;
    return false;
  }
  ++counters_.answers;
  return true;
}

}  // namespace m2c2::machines
