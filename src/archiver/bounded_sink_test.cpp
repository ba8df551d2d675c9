// A write that takes too long ends, and the next has a sink that works.
// SPDX-License-Identifier: Apache-2.0
#include "archiver/bounded_sink.hpp"

#include <gmock/gmock.h>

#include <optional>

#include "net/virtual_loop.hpp"

namespace m2c2::archiver {
namespace {

using namespace std::chrono_literals;

/// What the sinks of a test do, and did.
struct Place {
  Duration takes = 1s;
  int made = 0;
  int stopped = 0;
};

/// Writes for a while, unless it is stopped.
class SlowSink final : public exporters::ObjectSink {
 public:
  SlowSink(net::Loop& loop, Place& place) : loop_{loop}, place_{place}, stop_{loop} { ++place_.made; }
  net::Task<Result<>> put(std::string_view, std::string_view) override {
    const SteadyTime written = loop_.steady() + place_.takes;
    if (stopped_ || co_await stop_.wait_until(written))
      co_return fail(std::make_error_code(std::errc::operation_canceled), "stopped");
    co_return Result<>{};
  }
  void stop() override {
    ++place_.stopped;
    stopped_ = true;
    stop_.set();
  }

 private:
  net::Loop& loop_;
  Place& place_;
  net::Event stop_;
  bool stopped_ = false;
};

class BoundedSinkTest : public testing::Test {
 protected:
  net::Task<> write() {
    done_.reset();
    done_ = co_await sink_.put("key", "bytes");
  }
  void begin_write(Duration takes) {
    place_.takes = takes;
    loop_.spawn(write());
    loop_.settle();
  }

  net::VirtualLoop loop_;
  Place place_;
  BoundedSink sink_{[this] { return std::make_unique<SlowSink>(loop_, place_); }, loop_, 15s};
  std::optional<Result<>> done_;
};

TEST_F(BoundedSinkTest, WritesInTimeAllGoToOneSink) {
  for (int i = 0; i < 3; ++i) {
    begin_write(14s);
    loop_.advance(14s);
    ASSERT_TRUE(done_);
    EXPECT_TRUE(*done_);
  }
  loop_.advance(1h);
  EXPECT_EQ(place_.made, 1);
  EXPECT_EQ(place_.stopped, 0);
}

TEST_F(BoundedSinkTest, AWriteThatTakesTooLongIsEndedAndTheNextHasANewSink) {
  begin_write(1h);
  loop_.advance(14s);
  EXPECT_FALSE(done_);
  loop_.advance(1s);
  ASSERT_TRUE(done_);
  ASSERT_FALSE(*done_);
  EXPECT_THAT(done_->error().text, testing::HasSubstr("not written within 15 s, a third of session.timeout.ms"));
  begin_write(10s);
  loop_.advance(10s);
  ASSERT_TRUE(done_);
  EXPECT_TRUE(*done_);
  EXPECT_EQ(place_.made, 2);
}

TEST_F(BoundedSinkTest, AStopEndsTheWriteForGood) {
  begin_write(10s);
  sink_.stop();
  loop_.settle();
  ASSERT_TRUE(done_);
  EXPECT_EQ(done_->error().text, "stopped");
  begin_write(10s);
  EXPECT_FALSE(*done_);
  EXPECT_EQ(place_.made, 1);
}

}  // namespace
}  // namespace m2c2::archiver
