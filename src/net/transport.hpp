// A connection to one peer over TCP or UDP: the seam between a session and its socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/loop.hpp"

namespace m2c2::net {

enum class NetError {
  refused = 1,  ///< the peer's host answers, nobody listens on the port
  unreachable,  ///< no route, host down, or no answer to the connection request in time
  name,         ///< the host name is not known
  timed_out,    ///< connected, and nothing came before the deadline
  closed,       ///< the peer closed the connection
  cancelled,    ///< our own close()
  failed,       ///< anything else; the text says what
};
const char* error_family_name(NetError);
std::string error_text(NetError);
std::error_code make_error_code(NetError);

struct Endpoint {
  std::string host;  ///< address or name
  std::uint16_t port = 0;
};
std::string to_text(const Endpoint&);  // "192.168.3.250:5548", "[::1]:5548"

/// One peer. All calls on the loop's thread; one task at a time, save close().
class Transport {
 public:
  virtual ~Transport() = default;
  /// Of a name with several addresses, TCP tries each in turn, for its share of the time that is left. UDP takes one at
  /// each open(): that of before where it has answered, else the next.
  virtual Task<Result<>> open(SteadyTime deadline) = 0;
  /// Sends all of it. UDP: as one datagram.
  virtual Task<Result<>> send(ByteView, SteadyTime deadline) = 0;
  /// Waits for some bytes (TCP: at least one; UDP: one datagram) and says how many came.
  virtual Task<Result<std::size_t>> receive(std::span<std::byte> into, SteadyTime deadline) = 0;
  /// Ends whatever is waiting with NetError::cancelled. May be opened again afterwards.
  virtual void close() = 0;
  virtual bool is_open() const = 0;
};

std::unique_ptr<Transport> make_tcp(EventLoop&, Endpoint);
std::unique_ptr<Transport> make_udp(EventLoop&, Endpoint);

}  // namespace m2c2::net

template <>
struct std::is_error_code_enum<m2c2::net::NetError> : std::true_type {};
