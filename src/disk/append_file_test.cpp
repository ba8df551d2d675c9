// Lines are appended whole or not at all, and torn ones go.
// SPDX-License-Identifier: Apache-2.0
#include "disk/append_file.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <csignal>

#include "base/ids.hpp"
#include "disk/atomic_file.hpp"

namespace m2c2::disk {
namespace {

class AppendFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(root_); }
  std::string content() const { return read_whole_file(file_, 1 << 20).value(); }

  std::filesystem::path root_ = std::filesystem::temp_directory_path() / ("m2c2-append-" + new_id());
  std::filesystem::path file_ = root_ / "a/b/lines";
};

TEST_F(AppendFile, AppendsToAFileThatItMakes) {
  ASSERT_TRUE(make_folders(root_, "a/b"));
  ASSERT_TRUE(make_folders(root_, "a/b"));
  EXPECT_EQ(append_lines(file_, "one\n").value(), 4u);
  EXPECT_EQ(append_lines(file_, "two\nthree\n").value(), 14u);
  EXPECT_EQ(content(), "one\ntwo\nthree\n");
}

TEST_F(AppendFile, CutsOffALineThatACrashHasTornHoweverLong) {
  ASSERT_TRUE(make_folders(root_, "a/b"));
  ASSERT_TRUE(write_whole_file(file_, "one\n" + std::string(10'000, 'x')));
  ASSERT_TRUE(append_lines(file_, "two\n"));
  EXPECT_EQ(content(), "one\ntwo\n");
  ASSERT_TRUE(write_whole_file(file_, std::string(4096, 'x')));
  ASSERT_TRUE(append_lines(file_, "three\n"));
  EXPECT_EQ(content(), "three\n");
}

TEST_F(AppendFile, LeavesNothingOfLinesThatDoNotFit) {
  ASSERT_TRUE(make_folders(root_, "a/b"));
  ASSERT_TRUE(append_lines(file_, "one\n"));
  // A limit on a file's size plays the full disk: part of the lines is written, then no more.
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{100, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto appended = append_lines(file_, std::string(200, 'x') + "\n");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().text, "cannot write " + file_.string() + ": File too large");
  EXPECT_EQ(content(), "one\n");
}

TEST_F(AppendFile, SaysWhatStandsInTheWayOfAFolder) {
  ASSERT_TRUE(make_folders(root_));
  ASSERT_TRUE(append_lines(root_ / "a", "a file\n"));
  const auto made = make_folders(root_, "a/b");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, std::errc::not_a_directory) << made.error().text;
}

}  // namespace
}  // namespace m2c2::disk
