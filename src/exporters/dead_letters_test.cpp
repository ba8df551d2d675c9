// Dead letters are whole, true to the byte, bounded, and their loss is an error.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/dead_letters.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/ids.hpp"
#include "disk/atomic_file.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::exporters {
namespace {

class DeadLettersTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Rejection letter(std::string payload) {
    return {{"id-1", "m2c2/job/j/t", std::move(payload), "alias", true, false}, "too \"large\""};
  }
  std::string content(std::string_view file) const { return disk::read_whole_file(folder_ / file, 1 << 20).value(); }

  net::VirtualLoop loop_;
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("m2c2-dead-" + new_id());
};

TEST_F(DeadLettersTest, AreJsonLinesThatTellAll) {
  DeadLetters letters{{folder_}, "topic", loop_};
  ASSERT_TRUE(letters.append(std::vector{letter(R"({"value":"é"})"), letter("")}));
  const std::string head =
      R"({"at":"2026-01-01 00:00:00.000000","exporter":"topic","why":"too \"large\"","topic":"m2c2/job/j/t","_id_":"id-1","partition-key":"alias",)";
  EXPECT_EQ(content("topic.ndjson"),
            head + R"("payload":"{\"value\":\"é\"}"})" + "\n" + head + R"("payload":""})" + "\n");
}

TEST_F(DeadLettersTest, KeepEveryByteOfWhatIsNotUtf8) {
  DeadLetters letters{{folder_}, "topic", loop_};
  ASSERT_TRUE(letters.append(std::vector{letter(std::string{"\xFF\x00\xFE?", 4})}));
  EXPECT_TRUE(content("topic.ndjson").ends_with("\"payload-base64\":\"/wD+Pw==\"}\n"));
}

TEST_F(DeadLettersTest, MakeWayPastTheirSizeAndKeepTheOneBefore) {
  DeadLetters letters{{folder_, 300}, "topic", loop_};
  for (const char* payload : {"1", "2", "3", "4", "5"}) ASSERT_TRUE(letters.append(std::vector{letter(payload)}));
  const std::string older = content("topic.1.ndjson");
  const std::string now = content("topic.ndjson");
  EXPECT_NE(older.find("\"payload\":\"3\""), older.npos);
  EXPECT_NE(older.find("\"payload\":\"4\""), older.npos);
  EXPECT_EQ(std::ranges::count(now, '\n'), 1);
  EXPECT_NE(now.find("\"payload\":\"5\""), now.npos);
}

TEST_F(DeadLettersTest, SayWhereAndWhyTheyCannotBeKept) {
  ASSERT_TRUE(disk::write_whole_file(folder_, "a file in the folder's place"));
  DeadLetters letters{{folder_}, "topic", loop_};
  const auto kept = letters.append(std::vector{letter("x")});
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().text.find("cannot open " + (folder_ / "topic.ndjson").string()), std::string::npos)
      << kept.error().text;
}

}  // namespace
}  // namespace m2c2::exporters
