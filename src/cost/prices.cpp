// Writes prices as a file that can be edited.
// SPDX-License-Identifier: Apache-2.0
#include "cost/prices.hpp"

#include <fmt/format.h>

#include <utility>

namespace m2c2::cost {

std::string to_toml(const Prices& prices) {
  std::string out = fmt::format(
      "# Prices for m2c2 cost, in US dollars. A key that is left out keeps the price that is given here.\n"
      "# Prices change: see the pricing page of each service.\n\n"
      "region = \"{}\"  # that the prices are of; only printed\n"
      "as-of = \"{}\"  # likewise\n",
      prices.region, prices.as_of);
  std::string_view table;
  for (const PriceKey& key : kPriceKeys) {
    if (std::exchange(table, key.table) != key.table) out += fmt::format("\n[{}]\n", key.table);
    out += fmt::format("{} = {:#}  # {}\n", key.name, prices.*key.price, key.comment);
  }
  return out;
}

}  // namespace m2c2::cost
