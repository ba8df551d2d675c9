// The coroutine type of everything that waits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace m2c2::net {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace m2c2::net
