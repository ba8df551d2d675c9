// Lines from standard input, answered on standard output.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/console.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

namespace m2c2::sim {

Console::Console(net::EventLoop& loop, Answer answer, std::function<void()> at_end)
    : answer_{std::move(answer)}, at_end_{std::move(at_end)}, input_{net::watch_descriptor(loop, STDIN_FILENO)} {
  wait();
}

void Console::wait() {
  input_->when_readable([this] { read(); });
}

void Console::read() {
  std::array<char, 4096> buffer{};
  const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (n <= 0) return at_end_();
  pending_.append(buffer.data(), static_cast<std::size_t>(n));
  std::size_t end = 0;
  while ((end = pending_.find('\n')) != std::string::npos) {
    std::puts(answer_(std::string_view{pending_}.substr(0, end)).c_str());
    std::fflush(stdout);
    pending_.erase(0, end + 1);
  }
  wait();
}

}  // namespace m2c2::sim
