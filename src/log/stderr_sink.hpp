// Standard error as a sink that never holds up who logs: a terminal that stands still, or a pipe that nobody reads,
// must not stop a machine's polls. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>
#include <string_view>

namespace m2c2::log {

/// What does not find a taker within a moment is dropped and, once lines are taken again, counted in one of its own.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit StderrSink(int descriptor);
  ~StderrSink() override;
  StderrSink(const StderrSink&) = delete;
  StderrSink& operator=(const StderrSink&) = delete;

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  bool write(std::string_view line);

  int descriptor_;
  bool is_own_ = false;
  bool is_terminal_;
  std::uint64_t dropped_ = 0;
};

}  // namespace m2c2::log
