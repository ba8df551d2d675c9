// Patterns into items.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/browse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "machines/opcda/rows.hpp"
#include "protocols/pyro/value.hpp"

namespace m2c2::machines {
namespace {

std::string_view last_segment(std::string_view path) {
  const auto at = path.find_last_of("./");
  return at == std::string_view::npos ? path : path.substr(at + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool matches(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(text, pattern, [](char a, char b) { return b == '?' || lower(a) == lower(b); });
}

bool is_openopcs_own(const pyro::Raised& raised) {
  return raised.name() == "AttributeError" && raised.text.find("join") != std::string::npos;
}

/// The items, or what was raised.
using Listed = std::variant<std::vector<std::string>, pyro::Raised>;

net::Task<Result<Listed>> list_once(OpcdaSession& session, std::string path) {
  const auto answer = co_await session.call("list", pyro::to_serpent(pyro::Tuple{{path}}));
  if (!answer) co_return std::unexpected{answer.error()};
  if (const auto* raised = std::get_if<pyro::Raised>(&*answer)) co_return *raised;
  auto items = take_names(std::get<pyro::Returned>(*answer).value, OpcdaItems::kMostTags);
  if (!items) co_return std::unexpected{odd_answer(session.peer(), "list", to_text(items.error()))};
  co_return *std::move(items);
}

net::Task<Result<std::vector<std::string>>> list(OpcdaSession& session, const std::string& path) {
  auto listed = co_await list_once(session, path);
  const auto* failed = listed ? std::get_if<pyro::Raised>(&*listed) : nullptr;
  const bool again = failed != nullptr && is_openopcs_own(*failed);
  if (again) listed = co_await list_once(session, listable(path));
  if (!listed) co_return std::unexpected{listed.error()};
  if (const auto* why = std::get_if<pyro::Raised>(&*listed))
    co_return std::unexpected{raised(session.peer(), "list", *why)};
  auto items = std::get<std::vector<std::string>>(*std::move(listed));
  if (again) std::erase_if(items, [&](const std::string& item) { return !is_meant(path, item); });
  co_return items;
}

}  // namespace

std::string listable(std::string_view path) { return std::string{path} + '*'; }

bool is_meant(std::string_view path, std::string_view item) { return matches(last_segment(item), last_segment(path)); }

net::Task<Result<OpcdaBrowsed>> browse(OpcdaSession& session, const job::OpcdaJob& job) {
  OpcdaBrowsed browsed;
  for (const job::OpcdaAttribute& attribute : job.attributes) {
    auto& items = browsed.attributes.emplace_back();
    if (attribute.function == job::OpcdaFunction::read_tags) {
      items = attribute.addresses;
      continue;
    }
    for (const std::string& path : attribute.addresses) {
      const auto listed = co_await list(session, path);
      if (!listed) co_return std::unexpected{listed.error()};
      if (listed->empty())
        browsed.faults.push_back(
            {fmt::format("read_list {}", path),
             "it matches no item of the OPC DA server: a path begins at the top of its tree, such as "
             "'Simulation Items.Random.*'; 'm2c2 opcda browse' without a pattern lists the top"});
      items.insert(items.end(), listed->begin(), listed->end());
    }
  }
  co_return browsed;
}

}  // namespace m2c2::machines
