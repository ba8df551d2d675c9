// The loops keep time, run tasks and carry work between threads.
// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "net/virtual_loop.hpp"

namespace m2c2::net {
namespace {

using namespace std::chrono_literals;

Task<> note_time(Loop& loop, Alarm& alarm, Duration after, std::vector<std::pair<Duration, bool>>& notes) {
  const SteadyTime begin = loop.steady();
  const bool came = co_await alarm.wait_until(begin + after);
  notes.emplace_back(loop.steady() - begin, came);
}

TEST(VirtualLoop, AlarmsComeInTheirOrderWhenTheClockIsTurned) {
  VirtualLoop loop;
  const auto a = loop.make_alarm(), b = loop.make_alarm();
  std::vector<std::pair<Duration, bool>> notes;
  loop.spawn(note_time(loop, *a, 5s, notes));
  loop.spawn(note_time(loop, *b, 2s, notes));
  loop.advance(1s);
  EXPECT_TRUE(notes.empty());
  loop.advance(10s);
  EXPECT_EQ(notes, (std::vector<std::pair<Duration, bool>>{{2s, true}, {5s, true}}));
}

TEST(VirtualLoop, ACancelledAlarmSaysSo) {
  VirtualLoop loop;
  const auto alarm = loop.make_alarm();
  std::vector<std::pair<Duration, bool>> notes;
  loop.spawn(note_time(loop, *alarm, 5s, notes));
  loop.advance(1s);
  alarm->cancel();
  loop.settle();
  EXPECT_EQ(notes, (std::vector<std::pair<Duration, bool>>{{1s, false}}));
}

Task<> count_events(Event& event, int& count) {
  for (;;) {
    co_await event.wait();
    ++count;
  }
}

TEST(Event, SetBeforeTheWaitLetsItThroughOnce) {
  VirtualLoop loop;
  Event event{loop};
  int count = 0;
  event.set();
  event.set();
  loop.spawn(count_events(event, count));
  loop.settle();
  EXPECT_EQ(count, 1);
  event.set();
  loop.settle();
  EXPECT_EQ(count, 2);
}

TEST(EventLoop, RunsWhatOtherThreadsPostInTheirOrder) {
  EventLoop loop;
  std::vector<int> order;
  std::thread poster{[&] {
    for (int i = 0; i < 1000; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&] { loop.stop(); });
  }};
  loop.run();
  poster.join();
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

Task<> throw_out() {
  throw std::runtime_error{"a broken invariant"};
  co_return;
}

TEST(EventLoop, AnExceptionThatLeavesATaskLeavesTheLoop) {
  EventLoop loop;
  loop.spawn(throw_out());
  EXPECT_THROW(loop.run(), std::runtime_error);
}

}  // namespace
}  // namespace m2c2::net
