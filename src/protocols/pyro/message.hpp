// What a client of Pyro says and hears: connect, call, ping, and their answers as values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/pyro/frame.hpp"
#include "protocols/pyro/value.hpp"

namespace m2c2::pyro {

/// One method call. The arguments are serpent texts, so that a call repeated for ever is written once.
struct Call {
  std::string_view object;
  std::string_view method;
  std::string_view arguments = "()";  ///< a tuple or a list: to_serpent(Tuple{{"Tag1", 5}})
  std::string_view keywords = "{}";   ///< a dict: to_serpent(Dict{{{"sync", true}}})
};

// Each appends one whole frame.
void encode_connect(Bytes& out, Protocol, std::uint16_t sequence, std::string_view object);
void encode_call(Bytes& out, Protocol, std::uint16_t sequence, const Call&);
void encode_ping(Bytes& out, Protocol, std::uint16_t sequence);

struct Connected {
  std::vector<std::string> methods;  ///< sorted; empty without metadata
};
/// The daemon refuses the connection, and closes it.
struct Refused {
  std::string text;  ///< "unknown object"
};
struct Returned {
  std::string_view value;  ///< serpent; points into the frame or the storage
};
struct Raised {
  std::string type;                    ///< "OpenOPC.OPCError"
  std::string text;                    ///< its arguments: "Connect: -2147221005"
  std::vector<std::string> traceback;  ///< the daemon's, line by line
  /// The class without its module: "OPCError".
  std::string_view name() const;
};
struct Pong {};

using Answer = std::variant<Connected, Refused, Returned, Raised, Pong>;

/// Not an answer, and the connection is of no more use: its frames may no longer fit its questions.
struct BadAnswer {
  Fault fault{};
  std::string text;  ///< for the operator
};

struct Expected {
  Protocol protocol = Protocol::pyro4;
  MessageType request = MessageType::invoke;  ///< connect, invoke or ping
  std::uint16_t sequence = 0;
};

/// Reads the whole frame that answers a request. `storage` holds the data of a compressed one, and must outlive the
/// answer.
std::expected<Answer, BadAnswer> read_answer(const Expected&, ByteView frame, Bytes& storage, const Limits& = {});

/// The object id in what a method returned: a Proxy, of which host and port are dropped, for they are the gateway's own
/// view and often its loopback; or an id as plain text. Nothing for any other value.
std::optional<std::string> object_id(std::string_view value);

}  // namespace m2c2::pyro
