// The protocols that this program speaks: a row each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.hpp"
#include "job/document.hpp"
#include "machines/connector.hpp"
#include "net/loop.hpp"

namespace m2c2::app {

/// The connector for a job's machine, or an error that says which protocols there are.
Result<std::unique_ptr<machines::Connector>> make_connector(net::EventLoop&, const job::Definition&);

}  // namespace m2c2::app
