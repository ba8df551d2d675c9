// The ways in which a PLC does not give what was asked for, each in its own words and with its remedy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "job/slmp.hpp"
#include "machines/slmp/inbox.hpp"
#include "protocols/slmp/frame.hpp"

namespace m2c2::machines {

enum class SlmpError {
  no_answer = 1,  ///< connected, but silent
  refused,        ///< nothing listens on the port
  taken,          ///< the connection was accepted and closed before any answer
  closed,         ///< the connection ended
  bad_frame,      ///< what came is no answer in the job's format
  end_code,       ///< the PLC answered that it cannot
  unreachable,    ///< no way to the host, or no such host
};
const char* error_family_name(SlmpError);
std::string error_text(SlmpError);
std::error_code make_error_code(SlmpError);

/// Whom a session talks to, for its texts.
struct SlmpPeer {
  std::string where;  ///< "192.168.3.250:5548"
  job::SlmpConnectivity how;
};

/// How long an answer is waited for: longer than the PLC may take by its monitoring timer, so that its own refusal
/// wins.
Duration time_out(const job::SlmpConnectivity&);

/// The connection could not be made. NetError::cancelled stays what it is.
Error cannot_connect(const SlmpPeer&, const Error& net);
/// The connection was lost with this question open. NetError::cancelled stays what it is.
Error lost(const SlmpPeer&, const Error& net, const SlmpCounters&, ByteView question);
/// These bytes came instead of an answer.
Error no_frame(const SlmpPeer&, slmp::FrameFault, ByteView came);
/// A 3E answer did not fit its question.
Error out_of_step(const SlmpPeer&, std::string_view subject, std::size_t data_bytes);
/// What a response with an end code says: its meaning, the remedy and who refused.
Error refusal(const SlmpPeer&, const slmp::Response&);

}  // namespace m2c2::machines

template <>
struct std::is_error_code_enum<m2c2::machines::SlmpError> : std::true_type {};
