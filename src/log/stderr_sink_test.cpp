// SPDX-License-Identifier: Apache-2.0
#include "log/stderr_sink.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <string>

namespace m2c2::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class StderrSinkOnAPipe : public testing::Test {
 protected:
  StderrSinkOnAPipe() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    logger_ = std::make_shared<spdlog::logger>("test", std::make_shared<StderrSink>(ends_[1]));
    logger_->set_pattern("%v");
  }
  ~StderrSinkOnAPipe() override {
    for (const int end : ends_) ::close(end);
  }

  /// All that the pipe holds.
  std::string taken() {
    std::string text(1UL << 20, '\0');
    const ssize_t size = ::read(ends_[0], text.data(), text.size());
    return text.substr(0, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }

  std::array<int, 2> ends_{};
  std::shared_ptr<spdlog::logger> logger_;
};

TEST_F(StderrSinkOnAPipe, HasEachLine) {
  logger_->info("first");
  logger_->info("second");
  EXPECT_EQ(taken(), "first\nsecond\n");
}

TEST_F(StderrSinkOnAPipe, DropsAndCountsWhatNobodyTakes) {
  const std::string line(1000, 'x');
  constexpr int kLines = 1000;  // a pipe holds 64 KiB: the rest would wait for ever
  for (int i = 0; i < kLines; ++i) logger_->info(line);
  const std::string held = taken();
  logger_->info("after");
  const auto dropped = kLines - static_cast<int>(held.size() / (line.size() + 1));
  EXPECT_THAT(taken(),
              testing::AllOf(HasSubstr(fmt::format("{} lines of the log were dropped", dropped)), EndsWith("after\n")));
}

}  // namespace
}  // namespace m2c2::log
