// Boost.JSON with limits on the way in, and numbers for people on the way out.
// SPDX-License-Identifier: Apache-2.0
#include "job/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parser.hpp>

#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace m2c2::job {
namespace json = boost::json;
namespace {

std::string place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", line, offset - line_start + 1);
}

/// Of a text that breaks after `before`, where `rest` follows.
std::string remedy(json::error_code error, std::string_view before, std::string_view rest, JsonLimits limits) {
  if (error == json::error::too_deep) return fmt::format("nest brackets at most {} deep", limits.depth);
  if (error == json::error::extra_data) return "leave out what follows the object";
  if (before.find_first_not_of(" \t\r\n") == before.npos) return "send one JSON object";
  if (error == json::error::incomplete) return "close every bracket and quote";
  if (!rest.empty() && !take_code_point(rest)) return "write it in UTF-8";
  return "look for a comma or quote too many or missing just before it";
}

void append(std::string& out, const json::value& value);

void append(std::string& out, const json::array& elements) {
  out.push_back('[');
  for (const auto& element : elements) {
    append(out, element);
    out.push_back(',');
  }
  if (!elements.empty()) out.pop_back();
  out.push_back(']');
}

void append(std::string& out, const json::object& members) {
  out.push_back('{');
  for (const auto& member : members) {
    append_json_string(out, member.key());
    out.push_back(':');
    append(out, member.value());
    out.push_back(',');
  }
  if (!members.empty()) out.pop_back();
  out.push_back('}');
}

void append(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      append_json_bool(out, value.get_bool());
      return;
    case json::kind::int64:
      append_json_number(out, value.get_int64());
      return;
    case json::kind::uint64:
      append_json_number(out, value.get_uint64());
      return;
    case json::kind::double_:
      append_json_number(out, value.get_double());
      return;
    case json::kind::string:
      append_json_string(out, value.get_string());
      return;
    case json::kind::array:
      append(out, value.get_array());
      return;
    case json::kind::object:
      append(out, value.get_object());
      return;
  }
}

}  // namespace

std::expected<json::object, std::string> read_json_object(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.bytes)
    return std::unexpected{fmt::format("It is {} bytes long; send at most {}.", text.size(), limits.bytes)};
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return std::unexpected<std::string>{"It is no JSON in UTF-8 but in UTF-16; save it as UTF-8."};
  text = without_byte_order_mark(text);
  json::parse_options options;
  options.max_depth = limits.depth;
  json::parser parser{{}, options};
  json::error_code error;
  const std::size_t read = parser.write_some(text, error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error) {
    const auto how = remedy(error, text.substr(0, read), text.substr(read), limits);
    return std::unexpected{fmt::format("It is not JSON: {} at {}; {}.", error.message(), place_of(text, read), how)};
  }
  json::value document = parser.release();
  if (!document.is_object()) return std::unexpected<std::string>{"It is no JSON object; send one JSON object."};
  return std::move(document.get_object());
}

std::string to_json(const json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace m2c2::job
