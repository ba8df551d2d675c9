// What makes a name unfit for a topic or a file.
// SPDX-License-Identifier: Apache-2.0
#include "job/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/utf8.hpp"

namespace m2c2::job {
namespace {

constexpr std::string_view kLevelRule = "a name is one level of a topic: leave out / + # and control characters";

std::optional<std::string> fault_in_characters(std::string_view name) {
  while (!name.empty()) {
    const auto point = take_code_point(name);
    if (!point) return "is not UTF-8; write it in UTF-8";
    if (*point == U'/' || *point == U'+' || *point == U'#')
      return fmt::format("contains '{}'; {}", static_cast<char>(*point), kLevelRule);
    if (is_control(*point)) return fmt::format("contains a control character; {}", kLevelRule);
  }
  return {};
}

bool is_one_of(std::string_view name, std::span<const std::string_view> taken) {
  return std::ranges::find(taken, name) != taken.end();
}

}  // namespace

std::optional<std::string> fault_in_level(std::string_view name) {
  if (name.empty()) return "is empty; give at least one character";
  if (name.size() > kMostNameBytes)
    return fmt::format("is {} bytes long; give at most {}", name.size(), kMostNameBytes);
  return fault_in_characters(name);
}

std::optional<std::string> fault_in_tag(std::string_view name) {
  constexpr std::array<std::string_view, 3> kTaken{"info", "error", "submit"};
  if (is_one_of(name, kTaken)) return "is a topic of the job itself; choose a name other than info, error and submit";
  return fault_in_level(name);
}

std::optional<std::string> fault_in_job_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kTaken{"request", "info", "error"};
  if (is_one_of(name, kTaken)) return "is a topic of every job; choose a name other than request, info and error";
  if (name.starts_with('.')) return "starts with '.'; the name is a file's too: start with another character";
  if (name.contains('\\')) return "contains '\\'; the name is a file's too: leave it out";
  return fault_in_level(name);
}

std::optional<std::string> fault_in_group(std::string_view name) { return fault_in_level(name); }

std::string opcda_tag_level(std::string_view item) {
  std::string level{item};
  std::ranges::replace(level, '.', '-');
  std::ranges::replace(level, '/', '_');
  return level;
}

}  // namespace m2c2::job
