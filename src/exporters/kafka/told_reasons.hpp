// Which reasons of a trouble were told, so that each is told once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace m2c2::exporters {

/// A reason is news when it has not been heard for a while: its trouble was over. Several may take turns.
class ToldReasons {
 public:
  bool is_news(SteadyTime now, std::string_view reason);
  /// All trouble is over. Whether there was any.
  bool clear();

 private:
  std::map<std::string, SteadyTime, std::less<>> heard_;
};

}  // namespace m2c2::exporters
