// The archive fills an object, ends it by size or time, and keeps it until the sink has it.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/archive_exporter.hpp"

#include <map>

#include "exporters/archive/archive_test.hpp"
#include "exporters/pump.hpp"
#include "log/log.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MapSink final : public ObjectSink {
 public:
  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override {
    ++puts;
    if (is_full) co_return fail(std::make_error_code(std::errc::no_space_on_device), "disk full; make room");
    objects[std::string{key}] = bytes;
    co_return Result<>{};
  }

  std::map<std::string, std::string> objects;
  int puts = 0;
  bool is_full = false;
};

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() {
    log::set_level(log::Level::off);
    loop_.spawn(pump_.run());
    loop_.settle();
  }

  void append(std::string payload) {
    stream_.append({{"id", "t", std::move(payload), "alias", false, true, loop_.wall()}});
    loop_.settle();
  }
  std::vector<std::vector<std::string>> objects() const {
    std::vector<std::vector<std::string>> objects;
    objects.reserve(sink_.objects.size());
    for (const auto& [key, bytes] : sink_.objects) objects.push_back(lines_of(bytes));
    return objects;
  }

  /// The exporter owns its sink; the test looks into it.
  struct Lent final : ObjectSink {
    explicit Lent(ObjectSink& to) : sink{to} {}
    net::Task<Result<>> put(std::string_view key, std::string_view bytes) override { return sink.put(key, bytes); }
    ObjectSink& sink;
  };

  net::VirtualLoop loop_;
  LastingStream stream_;
  MapSink sink_;
  ArchiveExporter exporter_{std::make_unique<Lent>(sink_),
                            loop_,
                            {.origin = {.stream_id = stream_.id()}, .flush_interval = 300s, .flush_size = 100}};
  std::vector<std::string> rejected_;
  Pump pump_{stream_, exporter_, loop_, {.jitter_seed = 1}, [this](std::span<const Rejection> rejections) {
               for (const Rejection& each : rejections) rejected_.push_back(each.record.payload + ": " + each.why);
               return Result<>{};
             }};
};

TEST_F(ArchiveTest, EndsAnObjectItsIntervalAfterItsFirstRecord) {
  loop_.advance(1h);
  append("1");
  loop_.advance(299s);
  append("2");
  EXPECT_THAT(sink_.objects, IsEmpty());
  EXPECT_EQ(stream_.acknowledged, 0u);
  loop_.advance(1s);
  EXPECT_THAT(objects(), ElementsAre(ElementsAre("1", "2")));
  EXPECT_TRUE(sink_.objects.begin()->first.starts_with("2026/01/01/01/m2c2-stream-1-2026-01-01-01-00-00-"));
  EXPECT_EQ(stream_.acknowledged, 2u);
  loop_.advance(1h);
  EXPECT_EQ(sink_.puts, 1);
}

TEST_F(ArchiveTest, EndsAnObjectAtOnceWhenItIsFull) {
  append(std::string(50, 'a'));
  append(std::string(47, 'b'));
  EXPECT_THAT(sink_.objects, IsEmpty());
  append("");
  EXPECT_THAT(objects(), ElementsAre(ElementsAre(std::string(50, 'a'), std::string(47, 'b'), "")));
  append("next");
  loop_.advance(300s);
  EXPECT_THAT(sink_.objects, SizeIs(2));
}

TEST_F(ArchiveTest, ReadsNoMoreWhileTheDiskIsFullAndLosesNothing) {
  sink_.is_full = true;
  for (int i = 0; i < 100; ++i) append(std::to_string(1000 + i) + std::string(46, 'x'));
  loop_.advance(1h);
  EXPECT_EQ(pump_.stats().held, 2u);
  EXPECT_EQ(pump_.stats().why, "disk full; make room");
  sink_.is_full = false;
  loop_.advance(301s);
  std::size_t lines = 0;
  for (const auto& object : objects()) lines += object.size();
  EXPECT_EQ(lines, 100u);
  EXPECT_EQ(stream_.acknowledged, 100u);
}

TEST_F(ArchiveTest, RejectsWhatIsNotOneLine) {
  append("1\n2");
  append("3");
  loop_.advance(300s);
  EXPECT_THAT(objects(), ElementsAre(ElementsAre("3")));
  EXPECT_THAT(rejected_, ElementsAre("1\n2: the message is not one line, and the archive keeps a message a line"));
  EXPECT_EQ(stream_.acknowledged, 2u);
}

TEST_F(ArchiveTest, WritesWhatItHoldsBeforeItEnds) {
  append("1");
  pump_.stop();
  loop_.settle();
  EXPECT_THAT(objects(), ElementsAre(ElementsAre("1")));
  EXPECT_EQ(stream_.acknowledged, 1u);
}

TEST_F(ArchiveTest, AMegabyteComesBackAsItWas) {
  std::string payload;
  for (unsigned i = 0; payload.size() < 1'000'000; ++i) payload += std::to_string(i * 2654435761U);
  append(payload);
  ASSERT_THAT(sink_.objects, SizeIs(1));
  EXPECT_THAT(lines_of(sink_.objects.begin()->second, 2'000'000), ElementsAre(payload));
}

}  // namespace
}  // namespace m2c2::exporters
