// The folder on a real disk: what the seam promises, and an error that tells what to do.
// SPDX-License-Identifier: Apache-2.0
#include "disk/folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <array>

namespace m2c2::disk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FolderTest : public testing::Test {
 protected:
  ~FolderTest() override { std::filesystem::remove_all(path_); }

  std::string content(std::string_view name) const {
    std::array<std::byte, 100> bytes{};
    const auto n = folder_->open_to_read(name).value()->read(0, bytes);
    return std::string{as_text(std::span{bytes}.first(n.value()))};
  }

  const std::filesystem::path path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::unique_ptr<Folder> folder_ = make_folder(path_ / "deep" / "er").value();
};

TEST_F(FolderTest, WritesAnywhereAndReadsToTheEnd) {
  {
    const auto file = folder_->create("b").value();
    ASSERT_TRUE(file->write(0, as_bytes("hello world")) && file->write(6, as_bytes("there")));
    ASSERT_TRUE(file->sync() && folder_->sync());
    std::array<std::byte, 8> part{};
    EXPECT_EQ(file->read(6, part).value(), 5u);
    EXPECT_EQ(file->size().value(), 11u);
  }
  EXPECT_EQ(content("b"), "hello there");
  ASSERT_TRUE(folder_->open("b").value()->truncate(5));
  EXPECT_EQ(content("b"), "hello");
}

TEST_F(FolderTest, ListsItsFilesAloneInOrder) {
  for (const char* name : {"b", "c", "a"}) ASSERT_TRUE(folder_->create(name));
  std::filesystem::create_directory(path_ / "deep" / "er" / "folder");
  ASSERT_TRUE(folder_->remove("c"));
  EXPECT_THAT(folder_->list().value(), ElementsAre("a", "b"));
}

TEST_F(FolderTest, TellsErrorsByTheirErrno) {
  ASSERT_TRUE(folder_->create("a"));
  EXPECT_EQ(folder_->create("a").error().code, std::errc::file_exists);
  EXPECT_EQ(folder_->open("b").error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(folder_->remove("b").error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(open_folder(path_ / "none").error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(folder_->open_to_read("a").value()->write(0, as_bytes("x")).error().code, std::errc::bad_file_descriptor);
}

TEST_F(FolderTest, NeverWaitsForAPipe) {
  ASSERT_EQ(::mkfifo((path_ / "deep" / "er" / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(folder_->open("pipe").error().code, std::errc::not_supported);
  EXPECT_THAT(folder_->open_to_read("pipe").error().text, HasSubstr("pipe: it is no regular file; move it elsewhere"));
}

TEST_F(FolderTest, IsLockedByOneUntilThatOneDies) {
  ASSERT_TRUE(folder_->lock());
  const auto second = open_folder(path_ / "deep" / "er").value();
  const auto refused = second->lock();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("deep/er is in use by another process; stop that one"));
  EXPECT_TRUE(second->list());
  folder_.reset();
  EXPECT_TRUE(second->lock());
}

}  // namespace
}  // namespace m2c2::disk
