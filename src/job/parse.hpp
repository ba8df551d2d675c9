// From JSON text to a validated request, or to everything that is wrong with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "job/document.hpp"

namespace m2c2::job {

/// Something wrong in a request.
struct Problem {
  std::string path;     ///< "job.machine-details.data-parameters.attributes[0].function"; empty: the whole document
  std::string message;  ///< the guide's text first, then the value found and the remedy
};

/// What can be answered to a request that is refused.
struct Refusal {
  std::string job_name;  ///< empty unless it is usable in a topic
  std::optional<Version> version;
  std::vector<Problem> problems;  ///< at least one
  std::vector<std::string> notes;
};

struct ParsedRequest {
  Request request;
  boost::json::object document;  ///< as it came, for the store and for pull
  /// A sentence each of members that are ignored, which their author may not mean: "job.group-id is not known and is
  /// ignored; did you mean gg-group-id?".
  std::vector<std::string> notes;
};

/// Larger requests are refused unread.
inline constexpr std::size_t kMostRequestBytes = 4 * 1024 * 1024;

/// Brackets nested deeper are refused.
inline constexpr std::size_t kMostRequestDepth = 32;
/// Problems beyond these are not told.
inline constexpr std::size_t kMostProblems = 1000;
/// Ignored members beyond these are counted.
inline constexpr std::size_t kMostNotes = 50;

/// Never throws, for any text.
std::expected<ParsedRequest, Refusal> parse_request(std::string_view text);

/// All problems as the text of one answer, a line each: "<message> (<path>)"; after 50 lines "and N more".
std::string to_text(const std::vector<Problem>&);

}  // namespace m2c2::job
