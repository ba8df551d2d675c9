// Local job files: real files in a folder of the test's own, good and hostile ones.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/local_jobs.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "gateway/scripted_plant.hpp"

namespace m2c2::gateway {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::parsed_of;
using testing::Sketch;

class LocalJobsTest : public ::testing::Test {
 protected:
  LocalJobsTest() { fs::remove_all(folder_); }
  ~LocalJobsTest() override { fs::remove_all(folder_); }

  void save(const Sketch& sketch) {
    files_->save(std::make_shared<const job::ParsedWanted>(parsed_of(sketch)),
                 [this](const Result<>& result) { results_.push_back(result ? "saved" : result.error().text); });
  }
  void write(const std::string& name, const std::string& content) {
    fs::create_directories(folder_);
    std::ofstream{folder_ / name} << content;
  }
  std::vector<std::string> loaded() {
    std::vector<std::string> names;
    for (const auto& job : files_->load()) names.push_back(job.wanted.job);
    return names;
  }
  std::vector<std::string> listed() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder_}) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

  testing::ScriptedPlant plant_;
  fs::path folder_ =
      fs::temp_directory_path() /
      ("m2c2-local-jobs-" + std::string{::testing::UnitTest::GetInstance()->current_test_info()->name()} + "-" +
       std::to_string(static_cast<long>(::getpid())));
  std::unique_ptr<LocalJobs> files_ = std::make_unique<LocalJobs>(plant_.loop, plant_.disk, folder_);
  std::vector<std::string> results_;
};

TEST_F(LocalJobsTest, GivesBackWhatWasSaved) {
  const Sketch sketch{.job = "job \"one\" ☃",
                      .revision = 1'716'000'000'000'001,
                      .control = job::Control::start,
                      .version = 3,
                      .requested_version = 3,
                      .destinations = {.to_stream = true, .to_topic = {}}};
  save(sketch);
  save({.job = "two", .state = job::RunState::stopped});
  plant_.settle();
  EXPECT_THAT(results_, ElementsAre("saved", "saved"));
  const auto jobs = files_->load();
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(job::to_json(jobs[0].wanted), job::to_json(parsed_of(sketch).wanted));
  EXPECT_EQ(jobs[1].wanted.state, job::RunState::stopped);
}

TEST_F(LocalJobsTest, HasNoneAtTheFirstStart) { EXPECT_THAT(loaded(), IsEmpty()); }

TEST_F(LocalJobsTest, KeepsTheOrderOfSavesAndRemovals) {
  for (int version = 1; version <= 20; ++version) save({.version = version});
  files_->remove("job1", [](const Result<>&) {});
  save({.version = 21});
  files_->remove("other", [this](const Result<>& result) { results_.push_back(result ? "removed" : "?"); });
  bool done = false;
  files_->when_done([&done] { done = true; });
  plant_.loop.settle();
  EXPECT_FALSE(done);
  plant_.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(results_.back(), "removed");
  const auto jobs = files_->load();
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].wanted.version, 21);
}

TEST_F(LocalJobsTest, SetsBrokenFilesAsideAndLoadsTheOthers) {
  const std::string good = job::to_json(parsed_of({.job = "good"}).wanted);
  write("good.json", good);
  write("cut.json", good.substr(0, good.size() / 2));
  write("empty.json", "");
  write("nested.json", std::string(100'000, '['));
  write("renamed.json", good);
  write("huge.json", std::string(kMostLocalFileBytes + 1, ' '));
  write("good.json.tmp", "half a file");
  write("notes.txt", "not ours");
  EXPECT_THAT(loaded(), ElementsAre("good"));
  EXPECT_THAT(listed(), ElementsAre("cut.json.broken", "empty.json.broken", "good.json", "huge.json.broken",
                                    "nested.json.broken", "notes.txt", "renamed.json.broken"));
  EXPECT_THAT(loaded(), ElementsAre("good"));
}

TEST_F(LocalJobsTest, OpensNoPipesAndNoFolders) {
  fs::create_directories(folder_ / "folder.json");
  ASSERT_EQ(::mkfifo((folder_ / "pipe.json").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", folder_ / "zero.json");
  EXPECT_THAT(loaded(), IsEmpty());
}

TEST_F(LocalJobsTest, NeverWritesOutsideItsFolder) {
  write("evil.json", R"({"job": "../evil", "revision": 1})");
  EXPECT_THAT(loaded(), IsEmpty());
  EXPECT_THAT(listed(), ElementsAre("evil.json.broken"));
}

TEST_F(LocalJobsTest, TellsAFailedWrite) {
  std::ofstream{folder_} << "a file where the folder should be";
  save({});
  plant_.settle();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_THAT(results_[0], ::testing::HasSubstr(folder_.string()));
}

TEST_F(LocalJobsTest, MayGoWhileItsWritesAreUnderWay) {
  save({});
  files_.reset();
  plant_.settle();
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_THAT(listed(), ElementsAre("job1.json")) << "what was asked is done all the same";
}

}  // namespace
}  // namespace m2c2::gateway
