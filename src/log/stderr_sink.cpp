// SPDX-License-Identifier: Apache-2.0
#include "log/stderr_sink.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace m2c2::log {
namespace {

constexpr int kMomentMs = 100;

std::string_view colour_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::err:
      return "\033[31m";
    case spdlog::level::warn:
      return "\033[33m";
    case spdlog::level::info:
      return "\033[32m";
    default:
      return "\033[36m";
  }
}

}  // namespace

/// A pipe or a terminal is opened once more: O_NONBLOCK on the descriptor itself would be everybody's who has it. A
/// file never waits, and a socket is told with each write.
StderrSink::StderrSink(int descriptor) : descriptor_{descriptor}, is_terminal_{::isatty(descriptor) == 1} {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))) return;
  const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
  const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (own < 0) return;
  descriptor_ = own;
  is_own_ = true;
}

StderrSink::~StderrSink() {
  if (is_own_) ::close(descriptor_);
}

void StderrSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t formatted;
  formatter_->format(message, formatted);
  std::string line{formatted.data(), formatted.size()};
  if (is_terminal_ && message.color_range_end > message.color_range_start) {
    line.insert(message.color_range_end, "\033[m");
    line.insert(message.color_range_start, colour_of(message.level));
  }
  if (dropped_ > 0 && write(fmt::format("{} lines of the log were dropped: nobody took them\n", dropped_)))
    dropped_ = 0;
  if (dropped_ > 0 || !write(line)) ++dropped_;
}

/// Waits a moment for one who reads slowly, but not again for one who has just let a line pass.
bool StderrSink::write(std::string_view line) {
  pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, dropped_ > 0 ? 0 : kMomentMs) != 1 || (ready.revents & POLLOUT) == 0) return false;
  const ssize_t sent = ::send(descriptor_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return (sent < 0 && errno == ENOTSOCK ? ::write(descriptor_, line.data(), line.size()) : sent) > 0;
}

}  // namespace m2c2::log
