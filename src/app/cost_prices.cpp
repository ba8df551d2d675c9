// Reads the keys that cost::to_toml writes.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost_prices.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "app/errors.hpp"
#include "disk/atomic_file.hpp"

namespace m2c2::app {
namespace {

std::string place(const std::string& path, const toml::node& node) {
  return fmt::format("{}:{}", path, node.source().begin.line);
}

std::unexpected<Error> unknown(const std::string& where, std::string_view key) {
  return invalid(fmt::format("{}: unknown key {}; m2c2 cost --print-prices prints all that there are", where, key));
}

Result<> apply_table(cost::Prices& prices, std::string_view in, const toml::table& table, const std::string& path) {
  for (const auto& [name, node] : table) {
    const auto full_name = fmt::format("[{}] {}", in, name.str());
    const auto key =
        std::ranges::find_if(cost::kPriceKeys, [&](const auto& k) { return k.table == in && k.name == name.str(); });
    if (key == cost::kPriceKeys.end()) return unknown(place(path, node), full_name);
    const auto price = node.value<double>();
    if (!price || !std::isfinite(*price) || *price < 0)
      return invalid(fmt::format("{}: {} must be a price such as {}: {}", place(path, node), full_name,
                                 cost::Prices{}.*key->price, key->comment));
    prices.*key->price = *price;
  }
  return {};
}

Result<> apply_text(cost::Prices& prices, std::string_view name, const toml::node& node, const std::string& path) {
  if (name != "region" && name != "as-of") return unknown(place(path, node), name);
  const auto* text = node.as_string();
  if (!text) return invalid(fmt::format("{}: {} must be a text in quotes", place(path, node), name));
  (name == "region" ? prices.region : prices.as_of) = text->get();
  return {};
}

}  // namespace

Result<cost::Prices> parse_prices(std::string_view text, const std::string& path) {
  cost::Prices prices;
  try {
    for (const auto& [name, node] : toml::parse(text, path)) {
      const auto* table = node.as_table();
      const auto applied =
          table ? apply_table(prices, name.str(), *table, path) : apply_text(prices, name.str(), node, path);
      if (!applied) return std::unexpected{applied.error()};
    }
  } catch (const toml::parse_error& error) {
    return invalid(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  return prices;
}

Result<cost::Prices> load_prices(const std::string& path) {
  constexpr std::size_t kMostBytes = 1024 * 1024;
  if (path.empty()) return cost::Prices{};
  const auto text = disk::read_whole_file(path, kMostBytes);
  if (!text) return std::unexpected{text.error()};
  return parse_prices(*text, path);
}

}  // namespace m2c2::app
