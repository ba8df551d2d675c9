// Watches a socket that a library owns, so that the library runs on a loop of ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "net/loop.hpp"

namespace m2c2::net {

/// Tells, once for each call, that a descriptor can be read or written.
/// Never closes the descriptor; destroyed before its owner closes it.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void when_readable(std::function<void()> then) = 0;
  virtual void when_writable(std::function<void()> then) = 0;
};

std::unique_ptr<Watch> watch_descriptor(EventLoop&, int descriptor);

}  // namespace m2c2::net
