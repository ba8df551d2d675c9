// An object is a file in folders of its key, there whole or not at all.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/folder_sink.hpp"

#include <gmock/gmock.h>

#include "base/ids.hpp"
#include "disk/atomic_file.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::exporters {
namespace {

namespace fs = std::filesystem;

class FolderSinkTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(root_); }

  Result<> put(std::string_view key, std::string_view bytes) {
    Result<> result;
    loop_.spawn(run(key, bytes, result));
    loop_.settle();
    return result;
  }
  net::Task<> run(std::string_view key, std::string_view bytes, Result<>& result) {
    result = co_await sink_.put(key, bytes);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator{root_})
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), root_));
    return names;
  }

  net::VirtualLoop loop_;
  fs::path root_ = fs::temp_directory_path() / ("m2c2-archive-" + new_id());
  FolderSink sink_{root_};
};

TEST_F(FolderSinkTest, ReplacesAnObjectAndWhatACrashLeftOfIt) {
  ASSERT_TRUE(put("2026/01/02/03/a.gz", "long before"));
  ASSERT_TRUE(disk::write_whole_file(root_ / "2026/01/02/03/a.gz.tmp", "half of an obj"));
  ASSERT_TRUE(put("2026/01/02/03/a.gz", "now"));
  ASSERT_TRUE(put("2026/01/02/04/b.gz", "next"));
  EXPECT_THAT(files(), testing::UnorderedElementsAre("2026/01/02/03/a.gz", "2026/01/02/04/b.gz"));
  EXPECT_EQ(disk::read_whole_file(root_ / "2026/01/02/03/a.gz", 100).value(), "now");
}

TEST_F(FolderSinkTest, MakesItsFoldersAgainWhenSomeoneRemovesThem) {
  ASSERT_TRUE(put("2026/01/02/03/a.gz", "a"));
  fs::remove_all(root_);
  EXPECT_FALSE(put("2026/01/02/03/b.gz", "b"));
  EXPECT_TRUE(put("2026/01/02/03/b.gz", "b"));
}

TEST_F(FolderSinkTest, NamesThePathAndTheRemedy) {
  ASSERT_TRUE(disk::write_whole_file(root_, "a file in the folder's place"));
  const auto result = put("2026/01/02/03/a.gz", "a");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "cannot make the folder " + (root_ / "2026").string() +
                                     ": Not a directory; look after its disk, or give the archive another path than " +
                                     root_.string());
}

}  // namespace
}  // namespace m2c2::exporters
