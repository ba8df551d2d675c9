// One connection to an OpenOPC gateway: a call, its answer, the next call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "machines/opcda/failure.hpp"
#include "net/transport.hpp"
#include "protocols/pyro/message.hpp"

namespace m2c2::machines {

/// After any error the connection is gone, so that no late answer can pass for another's; open() again.
class OpcdaLink {
 public:
  OpcdaLink(net::Loop&, net::Transport&, OpcdaPeer);
  ~OpcdaLink() { forget_last_call(); }
  OpcdaLink(const OpcdaLink&) = delete;
  OpcdaLink& operator=(const OpcdaLink&) = delete;

  /// Connects and shakes hands; each of the two may take so long.
  net::Task<Result<>> open(Duration patience);
  /// Returned or Raised; what it points to lasts until the next call.
  net::Task<Result<pyro::Answer>> call(pyro::Call, Duration patience);
  void close() { transport_.close(); }
  /// Closes the connection unless the answer that is awaited now comes first.
  void close_unless_answered(Duration within);

  bool is_open() const { return transport_.is_open(); }
  const OpcdaPeer& peer() const { return peer_; }

 private:
  struct LastCall;

  net::Task<Result<pyro::Answer>> ask(pyro::MessageType, OpcdaQuestion);
  net::Task<Result<ByteView>> frame(SteadyTime deadline, const pyro::Limits&, OpcdaQuestion);
  static net::Task<> close_at(std::shared_ptr<LastCall>, SteadyTime);
  void forget_last_call();
  void forget_answer();

  net::Loop& loop_;
  net::Transport& transport_;
  OpcdaPeer peer_;
  std::uint16_t sequence_ = 0;  ///< of the last question
  bool was_read_ = false;       ///< on this connection
  Bytes request_;
  Bytes received_;
  std::size_t filled_ = 0;    ///< so much of received_ came
  std::size_t answered_ = 0;  ///< of that, the last answer
  Bytes inflated_;
  std::shared_ptr<LastCall> last_call_;  ///< while close_unless_answered() waits
};

}  // namespace m2c2::machines
