// What a PLC sends, in pieces of any size, and which of it is the answer to the question asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "job/slmp.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::machines {

/// What went over one connection.
struct SlmpCounters {
  std::uint64_t requests = 0;     ///< frames sent
  std::uint64_t answers = 0;      ///< frames that answered them
  std::uint64_t asked_again = 0;  ///< requests among them that repeat one whose datagram, or its answer's, was lost
  std::uint64_t bytes = 0;        ///< received
  // Frames dropped:
  std::uint64_t stale = 0;        ///< answers to another question: another serial number, or there before the question
  std::uint64_t foreign = 0;      ///< answers of another station, without a serial number that would excuse it
  std::uint64_t unsolicited = 0;  ///< requests, which a PLC sends of its own accord (on-demand data)
};

/// Cuts messages out of what comes, and keeps only the answer to the last question. A 4E answer is known by its serial
/// number; a 3E one by its route, and by coming after the question.
class SlmpInbox {
 public:
  SlmpInbox(slmp::Format, job::Ethernet, SlmpCounters&);

  /// A new connection.
  void clear();
  /// A question goes out now.
  void expect(const slmp::Route&, std::uint16_t serial);
  /// Where to receive into; ends the life of the last answer's views.
  std::span<std::byte> space();
  /// So many bytes came: of a stream, or one datagram.
  void filled(std::size_t n);
  /// The answer, once all of it is here.
  std::expected<std::optional<slmp::Response>, slmp::FrameFault> answer();
  /// What was not cut off yet; after a fault, what is no frame.
  ByteView rest() const { return ByteView{buffer_}.subspan(begin_, end_ - begin_); }

 private:
  struct Message {
    bool is_response = true;
    std::optional<std::size_t> size;  ///< unset: too little is here to tell
  };
  std::expected<Message, slmp::FrameFault> front() const;
  std::expected<bool, slmp::FrameFault> is_whole(const Message&);
  void drop(std::size_t bytes);
  bool is_answer(const slmp::Response&, bool early);

  slmp::Format format_;
  bool datagrams_;
  SlmpCounters& counters_;
  Bytes buffer_;
  std::size_t begin_ = 0, end_ = 0;  ///< of what is in the buffer
  std::size_t early_ = 0;            ///< bytes from begin_ on that came before the question
  slmp::Route route_;
  std::uint16_t serial_ = 0;
};

}  // namespace m2c2::machines
