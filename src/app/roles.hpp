// The two roles of the daemon, each on threads and a broker connection of its own: neither can hold up the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"

namespace m2c2::app {

/// Runs from start() until destroyed; destruction is a clean stop.
class Role {
 public:
  virtual ~Role() = default;
  virtual bool is_connected() const = 0;  ///< to the broker
};

/// `broker_url` where the configuration names none.
Result<std::unique_ptr<Role>> start_gateway(const Config&, const std::string& broker_url);
Result<std::unique_ptr<Role>> start_builder(const Config&, const std::string& broker_url);

}  // namespace m2c2::app
