// The log, by spdlog.
// SPDX-License-Identifier: Apache-2.0
#include "log/log.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>

#include "base/foreign_text.hpp"
#include "log/stderr_sink.hpp"

namespace m2c2::log {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("m2c2", std::make_shared<StderrSink>(STDERR_FILENO));
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      break;
  }
  return spdlog::level::off;
}

/// One line, whoever's words are in it.
void write(spdlog::level::level_enum level, std::string_view line) {
  constexpr std::size_t kMostLine = 4000;
  if (logger().should_log(level)) logger().log(level, "{}", foreign_text(line, kMostLine));
}

}  // namespace

void set_level(Level level) { logger().set_level(to_spdlog(level)); }
void debug(std::string_view line) { write(spdlog::level::debug, line); }
void info(std::string_view line) { write(spdlog::level::info, line); }
void warning(std::string_view line) { write(spdlog::level::warn, line); }
void error(std::string_view line) { write(spdlog::level::err, line); }

}  // namespace m2c2::log
