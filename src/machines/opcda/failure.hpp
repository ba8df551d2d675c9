// The ways in which an OPC DA server does not give what was asked of its gateway, each in its own words and with its
// remedy. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "protocols/pyro/message.hpp"

namespace m2c2::machines {

enum class OpcdaError {
  no_answer = 1,  ///< connected, but silent
  refused,        ///< nothing listens on the port
  busy,           ///< the gateway takes no further connection
  closed,         ///< the connection ended
  no_gateway,     ///< what came is no answer of an OpenOPC gateway
  raised,         ///< the gateway, or the OPC DA server behind it, says that it cannot
  unreachable,    ///< no way to the host, or no such host
};
/// Of an item whose quality is "Error".
inline constexpr std::string_view kUnknownItem =
    "the OPC DA server does not know it, or cannot read it: check its spelling with 'm2c2 opcda browse'";

const char* error_family_name(OpcdaError);
std::string error_text(OpcdaError);
std::error_code make_error_code(OpcdaError);

/// Whom a session talks to, for its texts.
struct OpcdaPeer {
  std::string where;   ///< of the gateway: "10.0.0.5:7766"
  std::string server;  ///< "Matrikon.OPC.Simulation.1"
};

/// What was under way when something failed.
struct OpcdaQuestion {
  std::string_view call;  ///< "read"; empty: the handshake
  Duration patience{};    ///< how long its answer was waited for
  bool first_read = false;
};

/// The connection could not be made. NetError::cancelled stays what it is.
Error cannot_connect(const OpcdaPeer&, const Error& net);
/// The connection was lost with this question open. NetError::cancelled stays what it is.
Error lost(const OpcdaPeer&, const Error& net, const OpcdaQuestion&);
/// The gateway refuses the handshake.
Error refused(const OpcdaPeer&, const pyro::Refused&);
/// These bytes are no answer.
Error no_answer_to(const OpcdaPeer&, const pyro::BadAnswer&);
/// An answer that is not what the call must give.
Error odd_answer(const OpcdaPeer&, std::string_view call, std::string_view why);
/// A call raised an exception.
Error raised(const OpcdaPeer&, std::string_view call, const pyro::Raised&);

/// Whether this exception to a read is one of the tags' doing: some gateways fail the whole read then.
bool blames_a_tag(const pyro::Raised&);
/// The gateway cannot start an OPC DA server of this name.
bool is_unknown_server(const pyro::Raised&);
/// The gateway has no such object, or none any more.
bool is_unknown_object(const pyro::Raised&);

}  // namespace m2c2::machines

template <>
struct std::is_error_code_enum<m2c2::machines::OpcdaError> : std::true_type {};
