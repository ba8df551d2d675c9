// Lines from standard input, answered on standard output.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/watch.hpp"

namespace m2c2::sim {

/// Reads a terminal or a pipe on the loop's thread, until destroyed.
class Console {
 public:
  using Answer = std::function<std::string(std::string_view line)>;

  Console(net::EventLoop&, Answer answer, std::function<void()> at_end);

 private:
  void wait();
  void read();

  Answer answer_;
  std::function<void()> at_end_;
  std::string pending_;
  std::unique_ptr<net::Watch> input_;
};

}  // namespace m2c2::sim
