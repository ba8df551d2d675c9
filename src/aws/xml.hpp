// XML of AWS's answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace m2c2::aws {

/// What stands in the first element of that name, as it is written; empty when there is none that is closed.
inline std::string_view element_at(std::string_view xml, std::string_view name) {
  std::string tag{"<"};
  tag.append(name).append(">");
  const std::size_t found = xml.find(tag);
  if (found == xml.npos) return {};
  const std::string_view rest = xml.substr(found + tag.size());
  const std::size_t end = rest.find(tag.insert(1, "/"));
  return end == rest.npos ? std::string_view{} : rest.substr(0, end);
}

}  // namespace m2c2::aws
