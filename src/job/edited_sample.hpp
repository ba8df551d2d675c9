// For tests: the guide's sample requests, each with something changed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <concepts>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "job/parse.hpp"

namespace m2c2::job {

inline std::string sample_text(const std::string& name) {
  std::ifstream file{M2C2_EXAMPLES "/" + name + ".json"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Edited{"stop"}.set("/job/control", "halt").problems()
class Edited {
 public:
  explicit Edited(const std::string& sample) : document_(boost::json::parse(sample_text(sample))) {}

  /// The value at a JSON pointer; "/-" at its end appends to an array.
  Edited& set(std::string_view pointer, boost::json::value value) {
    const auto slash = pointer.rfind('/');
    auto& parent = document_.at_pointer(pointer.substr(0, slash));
    const auto key = pointer.substr(slash + 1);
    if (parent.is_object()) parent.get_object()[key] = std::move(value);
    else if (key == "-") parent.as_array().push_back(std::move(value));
    else parent.as_array().at(static_cast<std::size_t>(std::stoi(std::string{key}))) = std::move(value);
    return *this;
  }
  Edited& set(std::string_view pointer, const std::same_as<std::string> auto& text) {
    return set(pointer, boost::json::value(text.c_str()));
  }
  Edited& erase(std::string_view parent, std::string_view key) {
    document_.at_pointer(parent).as_object().erase(key);
    return *this;
  }
  /// `json` may use ' for ".
  Edited& set_json(std::string_view pointer, std::string json) {
    for (char& c : json)
      if (c == '\'') c = '"';
    return set(pointer, boost::json::parse(json));
  }

  const boost::json::object& document() const { return document_.as_object(); }
  std::string text() const { return boost::json::serialize(document_); }

  Request request() const { return parse_request(text()).value().request; }
  /// Each as it is told to the operator; none when the request is right.
  std::vector<std::string> problems() const {
    std::vector<std::string> told;
    const auto parsed = parse_request(text());
    if (!parsed)
      for (const Problem& problem : parsed.error().problems) told.push_back(to_text({problem}));
    return told;
  }

 private:
  boost::json::value document_;
};

inline constexpr auto kDetails = "/job/machine-details";
inline constexpr auto kConnectivity = "/job/machine-details/connectivity-parameters";
inline constexpr auto kData = "/job/machine-details/data-parameters";
inline constexpr auto kAttributes = "/job/machine-details/data-parameters/attributes";

}  // namespace m2c2::job
