// Members of a group share a topic; whoever stands still, goes or fails, each record is in the archive once.
// SPDX-License-Identifier: Apache-2.0
#include "archiver/archiver.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "base/ids.hpp"
#include "disk/atomic_file.hpp"
#include "exporters/archive/archive_test.hpp"
#include "exporters/archive/folder_sink.hpp"
#include "log/log.hpp"
#include "tests/support/await.hpp"
#include "tests/support/mock_kafka.hpp"

namespace m2c2::archiver {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::MockKafka;

constexpr int kPartitions = 4;
constexpr std::int16_t kHeartbeat = 12;  // of Kafka's protocol
constexpr Duration kPatience = 60s;

/// An archiver on a loop and a thread of its own, as in a process of its own.
class Member {
 public:
  using MakeSinkOn = std::function<std::unique_ptr<exporters::ObjectSink>(net::Loop&)>;

  Member(const ArchiverOptions& options, const MakeSinkOn& make_sink)
      : archiver_{*Archiver::make(
            options, [this, make_sink] { return make_sink(loop_); }, loop_)},
        thread_{[this] { loop_.run(); }} {
    loop_.spawn(run());
  }
  ~Member() {
    stop();
    loop_.stop();
    thread_.join();
  }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  void stop() {
    if (stopped_) return;
    loop_.post([this] { archiver_->stop(); });
    await_end();
  }
  /// From its own loop.
  void stop_soon() { archiver_->stop(); }
  void await_end() {
    stopped_ = true;
    ended_.get_future().wait();
    EXPECT_FALSE(failure_) << failure_->text;
  }
  /// Why it ended; nothing where it was stopped.
  std::optional<Error> await_failure() {
    EXPECT_TRUE(test::await_on(loop_, [&] { return has_ended_; }, kPatience));
    stopped_ = true;
    return failure_;
  }
  void await(const std::function<bool(const ArchiverStats&)>& condition) {
    ASSERT_TRUE(test::await_on(loop_, [&] { return condition(archiver_->stats()); }, kPatience));
  }
  ArchiverStats stats() {
    std::promise<ArchiverStats> stats;
    loop_.post([&] { stats.set_value(archiver_->stats()); });
    return stats.get_future().get();
  }
  /// Its loop stands still until `thawed`; on return it does.
  void freeze(std::latch& thawed) {
    std::latch frozen{1};
    loop_.post([&frozen, &thawed] {
      frozen.count_down();
      thawed.wait();
    });
    frozen.wait();
  }

 private:
  net::Task<> run() {
    const auto done = co_await archiver_->run();
    if (!done) failure_ = done.error();
    has_ended_ = true;
    ended_.set_value();
  }

  net::EventLoop loop_;
  std::unique_ptr<Archiver> archiver_;
  std::promise<void> ended_;
  bool has_ended_ = false;
  std::optional<Error> failure_;
  bool stopped_ = false;
  std::thread thread_;
};

/// What the sinks of all members share.
struct Place {
  std::atomic<bool> full = false;
  std::atomic<bool> hangs = false;        ///< until a sink is stopped
  std::atomic<bool> ends_member = false;  ///< the next refusal does
  std::atomic<int> refused = 0;           ///< since then
  std::mutex mutex = {};
  std::condition_variable written = {};
};

/// Takes nothing while the place is full.
class FickleSink final : public exporters::ObjectSink {
 public:
  FickleSink(fs::path root, Place& place, net::Loop& loop, std::function<void()> end_member)
      : sink_{std::move(root)}, place_{place}, stop_{loop}, end_member_{std::move(end_member)} {}
  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override {
    if (place_.full) co_return refuse();
    if (place_.hangs) {
      co_await stop_.wait();
      co_return refuse();
    }
    auto done = co_await sink_.put(key, bytes);
    const std::lock_guard lock{place_.mutex};
    place_.written.notify_all();
    co_return done;
  }
  void stop() override { stop_.set(); }

 private:
  Result<> refuse() {
    if (place_.ends_member) {
      ++place_.refused;
      end_member_();
    }
    return fail(std::make_error_code(std::errc::no_space_on_device), "disk full; make room");
  }

  exporters::FolderSink sink_;
  Place& place_;
  net::Event stop_;
  std::function<void()> end_member_;
};

class ArchiverTest : public testing::Test {
 protected:
  ArchiverTest() {
    log::set_level(log::Level::off);
    kafka_.make_topic("telemetry", kPartitions);
    fs::create_directories(root_);
  }
  ~ArchiverTest() override {
    members_.clear();
    fs::remove_all(root_);
  }

  Member& join(Duration flush_interval = 200ms) {
    const ArchiverOptions options{.kafka = {.brokers = kafka_.brokers(),
                                            .topic = "telemetry",
                                            .group = "archive",
                                            .properties = {{"session.timeout.ms", "4000"},
                                                           {"max.poll.interval.ms", "4000"},
                                                           {"heartbeat.interval.ms", "100"},
                                                           {"reconnect.backoff.max.ms", "100"},
                                                           {"fetch.wait.max.ms", "50"}}},
                                  .flush_interval = flush_interval,
                                  .flush_size = 2000,
                                  .patience = 1s,
                                  .back_off = 50ms};
    return *members_.emplace_back(std::make_unique<Member>(options, [this](net::Loop& loop) {
      ++sinks_;
      return std::make_unique<FickleSink>(root_, place_, loop, [this] { members_.front()->stop_soon(); });
    }));
  }
  void produce(int count) {
    kafka_.produce("telemetry", kPartitions, produced_, count);
    produced_ += count;
  }

  std::multiset<int> archived() const {
    std::multiset<int> numbers;
    for (const auto& entry : fs::recursive_directory_iterator{root_}) {
      if (entry.path().extension() != ".gz") continue;
      const auto object = disk::read_whole_file(entry.path(), 1 << 20);
      if (!object) continue;  // renamed meanwhile
      for (const auto& line : exporters::lines_of(*object)) numbers.insert(std::stoi(line.substr(line.find(':') + 2)));
    }
    return numbers;
  }
  void expect_each_once() {
    const auto all = static_cast<std::size_t>(produced_);
    await_archived([all](std::size_t count) { return count >= all; });
    members_.clear();  // whatever they still hold is written
    const auto numbers = archived();
    EXPECT_EQ(numbers.size(), all);
    EXPECT_EQ(std::set<int>(numbers.begin(), numbers.end()).size(), all);
  }
  void await_archived(const std::function<bool(std::size_t)>& condition) {
    std::unique_lock lock{place_.mutex};
    EXPECT_TRUE(place_.written.wait_for(lock, kPatience, [&] { return condition(archived().size()); }));
  }

  MockKafka kafka_;
  const fs::path root_ = fs::temp_directory_path() / ("m2c2-archiver-" + new_id());
  Place place_;
  std::vector<std::unique_ptr<Member>> members_;
  int produced_ = 0;
  std::atomic<int> sinks_ = 0;  ///< made
};

TEST_F(ArchiverTest, FillsObjectsBySizeAndTimeAndBeginsWhereItEnded) {
  produce(1000);
  join();
  await_archived([](std::size_t count) { return count == 1000; });
  members_.clear();
  produce(10);
  join();
  expect_each_once();
}

TEST_F(ArchiverTest, AnEndWritesWhatIsHeldAndCommitsIt) {
  produce(40);
  Member& member = join(1h);
  member.await([](const ArchiverStats& stats) { return stats.held == 40; });
  member.stop();
  EXPECT_EQ(archived().size(), 40u);
  EXPECT_EQ(member.stats().records, 40u);
  join();
  produce(1);
  expect_each_once();
}

TEST_F(ArchiverTest, MembersComeAndGoUnderLoad) {
  produce(1000);
  join();
  join();
  for (int round = 0; round < 3; ++round) {
    produce(500);
    join();
    await_archived([this](std::size_t count) { return count > static_cast<std::size_t>(produced_) / 2; });
    members_.erase(members_.begin());
  }
  expect_each_once();
}

/// Its partitions go to others while it holds records of them, and when it goes on, its objects are due. They are
/// shorter than those of the others, and must not take their place.
TEST_F(ArchiverTest, AMemberThatStoodStillWritesNothingOfWhatOthersHave) {
  Member& still = join(4s);
  produce(40);
  still.await([](const ArchiverStats& stats) { return stats.held == 40; });
  std::latch thawed{1};
  still.freeze(thawed);
  produce(400);
  join();
  await_archived([](std::size_t count) { return count == 440; });
  thawed.count_down();
  still.await([](const ArchiverStats& stats) { return stats.failures > 0 && stats.held == 0; });
  EXPECT_EQ(still.stats().objects, 0u);
  expect_each_once();
}

TEST_F(ArchiverTest, ASinkThatIsFullHoldsUpAndLosesNothing) {
  place_.full = true;
  produce(1000);
  Member& member = join();
  member.await([](const ArchiverStats& stats) { return stats.failures > 3; });
  produce(100);
  place_.full = false;
  expect_each_once();
}

/// Each write may take as long as the destination lets it, so there is none but the one under way.
TEST_F(ArchiverTest, AnEndWhileNothingCanBeWrittenTriesNoMore) {
  place_.full = true;
  produce(1000);
  Member& member = join();
  member.await([](const ArchiverStats& stats) { return stats.failures > 2 * kPartitions; });
  place_.ends_member = true;
  member.await_end();
  EXPECT_EQ(place_.refused, 1);
  place_.full = place_.ends_member = false;
  join();
  expect_each_once();
}

TEST_F(ArchiverTest, CommitsThatFailAndBrokersThatGoDoubleNothing) {
  produce(500);
  Member& member = join();
  member.await([](const ArchiverStats& stats) { return stats.objects > 0; });
  kafka_.fail(MockKafka::kOffsetCommit,
              {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
               RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_NOT_COORDINATOR});
  produce(500);
  await_archived([](std::size_t count) { return count > 600; });
  kafka_.down(-1);
  member.await([](const ArchiverStats& stats) { return stats.failures > 0; });
  kafka_.up(-1);
  produce(100);
  expect_each_once();
}

TEST_F(ArchiverTest, AnEndWhileBrokersAreAwayIsQuick) {
  produce(100);
  Member& member = join(1h);
  member.await([](const ArchiverStats& stats) { return stats.held == 100; });
  kafka_.down(-1);
  const SteadyTime begin = std::chrono::steady_clock::now();
  member.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  kafka_.up(-1);
  join();
  expect_each_once();
}

/// A sink may be a thread, connections and credentials; and only one object is written at a time.
TEST_F(ArchiverTest, AllPartitionsOfAMemberShareOneSink) {
  produce(40);
  Member& member = join(1h);
  member.await([](const ArchiverStats& stats) { return stats.held == 40; });
  member.stop();
  EXPECT_EQ(member.stats().objects, static_cast<std::uint64_t>(kPartitions));
  EXPECT_EQ(sinks_, 1);
}

/// Its partition may be another's soon, who must not find an old object in the place of a newer one.
TEST_F(ArchiverTest, AWriteThatTakesTooLongIsEndedAndTriedAgain) {
  place_.hangs = true;
  produce(1000);
  Member& member = join();
  member.await([](const ArchiverStats& stats) { return stats.failures > 0; });
  place_.hangs = false;
  expect_each_once();
  EXPECT_GT(sinks_, 1);
}

/// Two members with one group.instance.id: the older one is fenced, and librdkafka never lets it in again.
TEST_F(ArchiverTest, AMemberThatIsFencedEndsAndSaysWhy) {
  produce(40);
  Member& member = join(1h);
  member.await([](const ArchiverStats& stats) { return stats.held == 40; });
  kafka_.fail(kHeartbeat, {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID});
  const auto why = member.await_failure();
  ASSERT_TRUE(why);
  EXPECT_THAT(why->text,
              testing::AllOf(testing::HasSubstr("fenced"), testing::HasSubstr("group.instance.id: give each its own"),
                             testing::HasSubstr("start this member again")));
  members_.clear();
  EXPECT_EQ(archived().size(), 0u);
  join();
  expect_each_once();
}

TEST(HeldPartition, ALineIsTheSameJson) { EXPECT_EQ(one_line("{\n\"a\": 1\n}"), "{ \"a\": 1 }"); }

TEST(HeldPartition, ItsOriginIsAnotherForAnotherGroupPartitionOrCluster) {
  const exporters::KafkaConsumerOptions kafka{.brokers = "a:1", .topic = "t", .group = "g"};
  auto other_group = kafka;
  other_group.group = "h";
  const stream::Record first{};
  const auto key = exporters::object_key(origin_of(kafka, "c", 1), first);
  EXPECT_TRUE(key.contains("/t-1-"));
  EXPECT_NE(exporters::object_key(origin_of(kafka, "c", 2), first), key);
  EXPECT_NE(exporters::object_key(origin_of(kafka, "d", 1), first), key);
  EXPECT_NE(exporters::object_key(origin_of(other_group, "c", 1), first), key);
}

}  // namespace
}  // namespace m2c2::archiver
