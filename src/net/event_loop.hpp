// The loop's inside, for the other files of this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "net/loop.hpp"

namespace m2c2::net {

struct EventLoop::Impl {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay{io.get_executor()};
  boost::asio::signal_set signals{io};
};

/// Starts a task; what it throws leaves the loop's run().
void spawn_on(boost::asio::io_context&, Task<>);

}  // namespace m2c2::net
