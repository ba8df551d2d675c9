// The stream under power cuts and failing disks, at each operation that changes something: what was said to be durable
// is there again, once, in order, and every count is exact.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "log/log.hpp"
#include "stream/backlog.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

constexpr std::size_t kAll = 1'000'000;
constexpr std::uint32_t kTears = 6;

BacklogOptions options(OnFull on_full) { return {3000, on_full, 1000}; }

std::vector<Record> of(const std::vector<Record>& records, Destination to) {
  std::vector<Record> found;
  std::ranges::copy_if(records, std::back_inserter(found), [&](const Record& r) { return r.is_for(to); });
  return found;
}

/// An exporter, and what it knows for certain.
struct Exporter {
  const char* name;
  Destination destination;
  Lane* lane = nullptr;
  std::uint64_t acknowledged = 0;  ///< records, where nothing failed
  std::uint64_t attempted = 0;     ///< or was begun at least
  std::uint64_t last = 0;          ///< number of the last record acknowledged for certain, plus one
};

/// A gateway's life on a disk that fails somewhere.
class Life {
 public:
  Life(test::ForgetfulDisk& disk, OnFull on_full) : disk_{disk}, options_{options(on_full)} {}

  /// Until its end, or the power's.
  void live() {
    start();
    for (int step = 0; step < 40 && is_alive(); ++step) {
      store(batch(step));
      if (step % 2 == 1) deliver(topic_, 3);
      if (step % 7 == 6) deliver(stream_, kAll);
      if (is_alive()) backlog_->tidy();
      if (step == 20 && is_alive()) restart();
    }
  }

  bool is_alive() const { return backlog_ && !disk_.power_is_cut(); }

  Exporter topic_{"topic", Destination::topic};
  Exporter stream_{"archive", Destination::stream};
  std::vector<Record> durable_;    ///< with their numbers
  std::vector<Record> in_flight_;  ///< may be there or not

  /// The records that an exporter passed in memory, acknowledged or dropped.
  std::uint64_t passed(const Exporter& exporter) const {
    const std::uint64_t all = of(durable_, exporter.destination).size();
    Stats stats;
    if (backlog_) backlog_->tell(stats);
    else stats = last_stats_;
    for (const CursorStats& cursor : stats.cursors)
      if (cursor.exporter == exporter.name) return all - cursor.lag_records;
    return 0;
  }

 private:
  void start() {
    for (int attempt = 0; attempt < 3 && !backlog_ && !disk_.power_is_cut(); ++attempt)
      if (auto opened = Backlog::open(disk_.folder(), options_)) backlog_ = std::move(*opened);
    if (!backlog_) return;
    for (Exporter* exporter : {&topic_, &stream_})
      exporter->lane = &backlog_->open_lane(exporter->name, exporter->destination);
  }

  void restart() {
    backlog_->tell(last_stats_);
    for (Exporter* exporter : {&topic_, &stream_}) backlog_->close(*exporter->lane);
    backlog_.reset();
    start();
  }

  std::vector<Record> batch(int step) {
    std::vector<Record> records;
    for (int i = 0; i <= step % 5; ++i, ++made_)
      records.push_back({"id" + std::to_string(made_), "t",
                         std::string(made_ * 37 % 150 + (made_ % 23 == 0 ? 600 : 0), 'p'), "key", made_ % 3 != 1,
                         made_ % 3 != 0, WallTime{std::chrono::seconds{made_}}});
    return records;
  }

  std::uint64_t appended() const {
    Stats stats;
    backlog_->tell(stats);
    return stats.appended;
  }

  void store(std::vector<Record> records) {
    in_flight_ = std::move(records);
    for (int attempt = 0; !in_flight_.empty() && attempt < 4 && is_alive(); ++attempt) {
      const std::uint64_t before = appended();
      const auto settled = backlog_->store(in_flight_);
      if (!settled) continue;
      attempt = 0;
      const auto end = in_flight_.begin() + static_cast<std::ptrdiff_t>(*settled);
      if (appended() > before) std::copy(in_flight_.begin(), end, std::back_inserter(durable_));
      in_flight_.erase(in_flight_.begin(), end);
    }
  }

  void deliver(Exporter& exporter, std::size_t most) {
    if (!is_alive()) return;
    const auto records = backlog_->read(*exporter.lane, {most, kAll});
    if (!is_alive()) return;
    exporter.attempted += records.size();
    backlog_->acknowledge(*exporter.lane);
    if (disk_.power_is_cut() || exporter.lane->is_told) return;
    exporter.acknowledged = exporter.attempted;
    if (!records.empty()) exporter.last = records.back().number + 1;
  }

  test::ForgetfulDisk& disk_;
  BacklogOptions options_;
  std::unique_ptr<Backlog> backlog_;
  Stats last_stats_;  ///< before the restart
  std::uint64_t made_ = 0;
};

bool same(const Record& a, const Record& b) { return a.id == b.id && a.payload == b.payload && a.at == b.at; }

/// That exporter after a restart: what it still gets, and what is counted.
std::string fault_of(Backlog& backlog, const Life& life, Exporter& before, std::vector<Record>& got) {
  Lane& lane = backlog.open_lane(before.name, before.destination);
  before.lane = &lane;
  Stats stats;
  backlog.tell(stats);
  const CursorStats counts = *std::ranges::find(stats.cursors, before.name, &CursorStats::exporter);
  const std::uint64_t lost = lane.read.lost;
  got = backlog.read(lane, {kAll, kAll});

  auto known = of(life.durable_, before.destination);
  const std::size_t durable = known.size();
  std::ranges::copy(of(life.in_flight_, before.destination), std::back_inserter(known));
  const auto starts_with = [&](const Record& r) { return !got.empty() && same(r, got.front()); };
  const auto at = static_cast<std::size_t>(std::ranges::find_if(known, starts_with) - known.begin());
  const std::size_t begin = got.empty() ? durable : at;
  if (begin + got.size() > known.size() ||
      !std::equal(got.begin(), got.end(), known.begin() + static_cast<std::ptrdiff_t>(begin), same))
    return "invented or out of order";
  if (begin + got.size() < durable) return "lost at the end";
  if (begin < before.acknowledged) return "given again after it was acknowledged";
  if (begin > life.passed(before)) return "lost at the begin";
  if (!got.empty() && got.front().number < before.last) return "before the place acknowledged";
  std::uint64_t bytes = 0;
  for (const Record& record : got) bytes += record.size();
  if (counts.lag_records != got.size() || counts.lag_bytes != bytes) return "lag is not exact";
  if (lost + before.acknowledged > begin) return "more lost than were";
  if (lost + before.attempted < begin) return "less lost than were";
  return {};
}

/// What is stored now comes next, to both, under a number that nothing had.
std::string fault_in_going_on(Backlog& backlog, Life& life, std::uint64_t least_number) {
  for (const Exporter* exporter : {&life.topic_, &life.stream_}) backlog.acknowledge(*exporter->lane);
  const Record next{"next", {}, {}, {}, true, true};
  if (const auto stored = backlog.store({&next, 1}); stored != 1) return "does not store";
  for (const Exporter* exporter : {&life.topic_, &life.stream_}) {
    const auto got = backlog.read(*exporter->lane, {kAll, kAll});
    if (got.size() != 1 || got[0].id != "next") return "does not go on";
    if (got[0].number < least_number) return "gives a number again";
  }
  return {};
}

/// Nothing, or what is wrong after the restart.
std::string fault_after_restart(test::ForgetfulDisk& disk, Life& life, OnFull on_full) {
  const auto backlog = Backlog::open(disk.folder(), options(on_full));
  if (!backlog) return "does not open: " + backlog.error().text;
  std::uint64_t least_number = 0;
  for (Exporter* exporter : {&life.topic_, &life.stream_}) {
    std::vector<Record> got;
    const std::string fault = fault_of(**backlog, life, *exporter, got);
    if (!fault.empty()) return exporter->name + (": " + fault);
    if (std::ranges::adjacent_find(got, std::ranges::greater_equal{}, &Record::number) != got.end())
      return "numbers do not grow";
    least_number = std::max({least_number, exporter->last, got.empty() ? 0 : got.back().number + 1});
  }
  return fault_in_going_on(**backlog, life, least_number);
}

class PowerCut : public testing::TestWithParam<OnFull> {
 protected:
  PowerCut() { log::set_level(log::Level::off); }
  ~PowerCut() override { log::set_level(log::Level::info); }

  static std::uint64_t operations_of_a_life() {
    test::ForgetfulDisk disk;
    Life life{disk, GetParam()};
    life.live();
    EXPECT_GT(life.durable_.size(), 50u);
    const bool overwrites = life.passed(life.topic_) > life.topic_.acknowledged;
    EXPECT_EQ(overwrites, GetParam() == OnFull::overwrite_oldest);
    EXPECT_EQ(life.durable_.size() < 120, GetParam() == OnFull::reject_new);
    return disk.operations();
  }
};

TEST_P(PowerCut, LosesNothingThatWasDurableWheneverItComes) {
  const std::uint64_t operations = operations_of_a_life();
  for (std::uint64_t cut = 0; cut < operations; ++cut) {
    test::ForgetfulDisk disk;
    disk.cut_power_at(cut);
    Life life{disk, GetParam()};
    life.live();
    ASSERT_TRUE(disk.power_is_cut());
    for (std::uint32_t tear = 0; tear < kTears; ++tear) {
      test::ForgetfulDisk after = disk.copy();
      after.restart(tear);
      ASSERT_EQ(fault_after_restart(after, life, GetParam()), "") << "cut at " << cut << ", tear " << tear;
    }
  }
}

TEST_P(PowerCut, MayComeAgainWhileTheStreamRecovers) {
  const std::uint64_t operations = operations_of_a_life();
  for (std::uint64_t cut = 0; cut < operations; cut += 3) {
    test::ForgetfulDisk disk;
    disk.cut_power_at(cut);
    Life life{disk, GetParam()};
    life.live();
    for (std::uint64_t again = 0; again < 8; ++again) {
      test::ForgetfulDisk after = disk.copy();
      after.restart(static_cast<std::uint32_t>(cut + again));
      after.cut_power_at(again);
      if (const auto backlog = Backlog::open(after.folder(), options(GetParam())))
        for (const Exporter* exporter : {&life.topic_, &life.stream_})
          (*backlog)->open_lane(exporter->name, exporter->destination);
      after.restart(static_cast<std::uint32_t>(cut + again + 1));
      ASSERT_EQ(fault_after_restart(after, life, GetParam()), "") << "cut at " << cut << ", again at " << again;
    }
  }
}

TEST_P(PowerCut, TakesNothingBackThatWasSeenAfterTheProcessWasKilled) {
  const std::uint64_t operations = operations_of_a_life();
  for (std::uint64_t kill = 0; kill < operations; ++kill) {
    test::ForgetfulDisk disk;
    disk.cut_power_at(kill);
    Life{disk, GetParam()}.live();
    disk.survive_kill();
    const auto see = [&] {
      const auto backlog = Backlog::open(disk.folder(), options(GetParam()));
      return (*backlog)->read((*backlog)->open_lane("topic", Destination::topic), {kAll, kAll});
    };
    const auto seen = see();
    disk.restart(0);
    ASSERT_EQ(see(), seen) << "killed at " << kill;
  }
}

TEST_P(PowerCut, OfOneThatOutlivedAFailureAnywhere) {
  const std::uint64_t operations = operations_of_a_life();
  for (std::uint64_t failure = 0; failure < operations; ++failure) {
    test::ForgetfulDisk disk;
    disk.fail_at(failure, failure % 2 == 0 ? std::errc::no_space_on_device : std::errc::io_error);
    Life life{disk, GetParam()};
    life.live();
    ASSERT_TRUE(life.is_alive() && life.in_flight_.empty()) << "failed at " << failure;
    for (std::uint32_t tear = 0; tear < 3; ++tear) {
      test::ForgetfulDisk after = disk.copy();
      after.restart(tear);
      ASSERT_EQ(fault_after_restart(after, life, GetParam()), "") << "failed at " << failure << ", tear " << tear;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, PowerCut, testing::Values(OnFull::overwrite_oldest, OnFull::reject_new),
                         [](const auto& each) {
                           return each.param == OnFull::reject_new ? "RejectNew" : "OverwriteOldest";
                         });

}  // namespace
}  // namespace m2c2::stream
