// A reason and when it was heard last.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/told_reasons.hpp"

#include <utility>

namespace m2c2::exporters {
namespace {

/// librdkafka says the same again of a broker only each 30 s, and tries it each 10 s at the latest, for up to 30 s.
constexpr Duration kOver = std::chrono::minutes{2};

}  // namespace

bool ToldReasons::is_news(SteadyTime now, std::string_view reason) {
  std::erase_if(heard_, [now](const auto& each) { return now - each.second > kOver; });
  return heard_.insert_or_assign(std::string{reason}, now).second;
}

bool ToldReasons::clear() { return !std::exchange(heard_, {}).empty(); }

}  // namespace m2c2::exporters
