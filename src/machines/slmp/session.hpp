// A conversation with one PLC: a question, its answer, the next question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "machines/slmp/failure.hpp"
#include "machines/slmp/inbox.hpp"
#include "net/transport.hpp"

namespace m2c2::machines {

/// One question at a time: a PLC may answer only the last of several that reach it together. After any error the
/// connection is gone, so that no late answer can pass for another's; open() again.
class SlmpSession {
 public:
  SlmpSession(net::Loop&, net::Transport&, SlmpPeer);

  net::Task<Result<>> open();
  /// Sends a request, which gets a serial number of its own, and waits for its answer, whatever its end code. The views
  /// in the answer last until the next question. On UDP a 4E request that was not answered in time is sent once more;
  /// without serial numbers that would be unsafe.
  net::Task<Result<slmp::Response>> ask(std::span<std::byte> frame);
  void close() { transport_.close(); }
  /// The longest that open() and one ask() may take together.
  Duration patience() const;

  const SlmpPeer& peer() const { return peer_; }
  const SlmpCounters& counters() const { return counters_; }  ///< since open()

 private:
  net::Task<Result<slmp::Response>> ask_once(std::span<std::byte> frame);
  net::Task<Result<>> forget_doubles(SteadyTime deadline);

  net::Loop& loop_;
  net::Transport& transport_;
  SlmpPeer peer_;
  SlmpCounters counters_;
  SlmpInbox inbox_;
  std::uint16_t serial_ = 0;  ///< of the last question, over all connections
};

}  // namespace m2c2::machines
