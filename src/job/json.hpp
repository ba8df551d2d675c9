// JSON text to documents and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace m2c2::job {

struct JsonLimits {
  std::size_t bytes;  ///< larger texts are refused unread
  std::size_t depth;  ///< of brackets in brackets
};

/// The one object that the text spells, or a sentence that says why it spells none.
std::expected<boost::json::object, std::string> read_json_object(std::string_view text, JsonLimits);

/// Compact, members in their order, numbers as people write them (Boost.JSON writes 5E-1 for 0.5).
std::string to_json(const boost::json::value&);

}  // namespace m2c2::job
