// Whenever the process dies, before an object is there, after, or on a stop, each record stands in the archive once.
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <random>

#include "exporters/archive/archive_exporter.hpp"
#include "exporters/archive/archive_test.hpp"
#include "exporters/pump.hpp"
#include "log/log.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;
using Disk = std::map<std::string, std::string>;

enum class Dies { never, before_the_rename, before_the_acknowledgement };

/// Comes to the point where the process dies, and never returns.
class MortalSink final : public ObjectSink {
 public:
  MortalSink(Disk& disk, net::Loop& loop, Dies& dies) : disk_{disk}, dies_{dies}, never_{loop} {}
  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override {
    if (dies_ == Dies::before_the_rename) co_await never_.wait();
    disk_[std::string{key}] = bytes;
    if (dies_ == Dies::before_the_acknowledgement) co_await never_.wait();
    co_return Result<>{};
  }

 private:
  Disk& disk_;
  Dies& dies_;
  net::Event never_;
};

/// One life of the process, over the stream and the disk that outlive it.
struct Life {
  Life(LastingStream& stream, Disk& disk, std::size_t flush_size, std::size_t batch = 7)
      : exporter{std::make_unique<MortalSink>(disk, loop, dies),
                 loop,
                 {.origin = {.stream_id = stream.id()}, .flush_interval = 300s, .flush_size = flush_size}},
        pump{stream, exporter, loop, {.batch_records = batch, .jitter_seed = 1}} {
    log::set_level(log::Level::off);
    loop.spawn(pump.run());
  }
  void stop() {
    pump.stop();
    loop.settle();
  }

  net::VirtualLoop loop;
  Dies dies = Dies::never;
  ArchiveExporter exporter;
  Pump pump;
};

class ArchiveCrash : public testing::Test {
 protected:
  void begin_anew() {
    stream_.forget_all();
    disk_.clear();
    next_ = 0;
  }
  void append(int count) {
    for (; count > 0; --count) stream_.append({{"", "t", std::to_string(next_++), "", false, true}});
  }
  std::vector<int> archived() const {
    std::vector<int> numbers;
    for (const auto& [key, bytes] : disk_)
      for (const std::string& line : lines_of(bytes)) numbers.push_back(std::stoi(line));
    std::ranges::sort(numbers);
    return numbers;
  }
  std::vector<int> all() const {
    std::vector<int> numbers(static_cast<std::size_t>(next_));
    std::ranges::generate(numbers, [n = 0]() mutable { return n++; });
    return numbers;
  }

  LastingStream stream_;
  Disk disk_;
  int next_ = 0;
};

TEST_F(ArchiveCrash, WritesTheSameObjectAgainWhenItsAcknowledgementWasLost) {
  append(3);
  {
    Life life{stream_, disk_, 1000};
    life.dies = Dies::before_the_acknowledgement;
    life.loop.advance(300s);
  }
  const Disk before = disk_;
  ASSERT_THAT(before, SizeIs(1));
  ASSERT_EQ(stream_.acknowledged, 0u);
  Life life{stream_, disk_, 1000};
  life.loop.advance(300s);
  EXPECT_EQ(disk_, before);
  EXPECT_EQ(stream_.acknowledged, 3u);
}

TEST_F(ArchiveCrash, ALongerRewriteTakesItsPlace) {
  append(3);
  {
    Life life{stream_, disk_, 1000};
    life.dies = Dies::before_the_acknowledgement;
    life.loop.advance(300s);
  }
  append(4);
  Life life{stream_, disk_, 1000};
  life.loop.advance(300s);
  EXPECT_THAT(disk_, SizeIs(1));
  EXPECT_EQ(archived(), all());
}

TEST_F(ArchiveCrash, AShorterRewriteAfterAStopTakesItsPlaceAndTheNextObjectHasTheRest) {
  append(20);
  {
    Life life{stream_, disk_, 40};
    life.dies = Dies::before_the_acknowledgement;
    life.loop.settle();
  }
  ASSERT_THAT(archived(), SizeIs(20));
  {
    Life life{stream_, disk_, 1000, 5};
    life.loop.post([&] { life.pump.stop(); });  // comes after the first batch
    life.loop.settle();
  }
  EXPECT_EQ(stream_.acknowledged, 5u);
  EXPECT_THAT(archived(), SizeIs(5));
  Life life{stream_, disk_, 1000};
  life.loop.advance(300s);
  EXPECT_THAT(disk_, SizeIs(2));
  EXPECT_EQ(archived(), all());
}

TEST_F(ArchiveCrash, AnyRowOfDeathsAndStopsLeavesEachRecordOnce) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    begin_anew();
    std::minstd_rand random{seed};
    const auto dice = [&](std::uint32_t sides) { return static_cast<int>(random() % sides); };
    for (int lives = 0; lives < 12; ++lives) {
      Life life{stream_, disk_, static_cast<std::size_t>(1 + dice(60)), static_cast<std::size_t>(1 + dice(9))};
      for (int steps = dice(6); steps >= 0; --steps) {
        append(dice(8));
        life.loop.advance(std::chrono::seconds{dice(400)});
        life.dies = static_cast<Dies>(dice(3));
      }
      if (dice(3) == 0) life.stop();
    }
    Life life{stream_, disk_, 1000};
    life.loop.advance(300s);
    ASSERT_EQ(archived(), all()) << "seed " << seed;
    ASSERT_EQ(stream_.acknowledged, static_cast<std::size_t>(next_));
  }
}

}  // namespace
}  // namespace m2c2::exporters
