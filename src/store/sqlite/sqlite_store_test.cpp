// The job store in an SQLite file: the contract, power cuts, and files that are not what they should be.
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/ids.hpp"
#include "store/job_store_test.hpp"
#include "store/sqlite/schema.hpp"

namespace m2c2::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ScratchFolder {
 public:
  ScratchFolder() { fs::create_directories(path_); }
  ~ScratchFolder() { fs::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_ = fs::temp_directory_path() / ("m2c2-" + new_id());
};

struct SqliteFile {
  std::unique_ptr<JobStore> open() { return std::move(open_sqlite_store((folder / "jobs.db").string()).value()); }
  ScratchFolder folder;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, JobStoreContract, SqliteFile);

class SqliteStoreFile : public testing::Test {
 protected:
  Result<std::unique_ptr<JobStore>> open() { return open_sqlite_store(file_.string()); }
  std::unique_ptr<JobStore> must_open() { return std::move(open().value()); }
  /// The database as a program other than ours holds it.
  sqlite::Database raw() { return std::move(sqlite::Database::open(file_.string()).value()); }
  void run(sqlite::Database& database, const char* sql) { ASSERT_EQ(outcome(database.execute(sql)), kDone); }

  ScratchFolder folder_;
  fs::path file_ = folder_ / "jobs.db";
};

std::string add(JobStore& store, job::Version version, std::int64_t expected) {
  return outcome(store.add_version(version_of("press", version), head_of("press", version, version * 100), expected));
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST_F(SqliteStoreFile, IsMadeWithItsFolder) {
  file_ = folder_ / "a/b/jobs.db";
  const auto store = must_open();
  EXPECT_EQ(add(*store, 1, 0), kDone);
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(SqliteStoreFile, SyncsEveryCommitToAWriteAheadLog) {
  sqlite::Database database = raw();
  ASSERT_EQ(outcome(sqlite::prepare_schema(database)), kDone);
  auto journal = database.query("PRAGMA journal_mode").value();
  EXPECT_TRUE(journal.step().value());
  EXPECT_EQ(journal.text(0), "wal");
  auto synchronous = database.query("PRAGMA synchronous").value();
  EXPECT_TRUE(synchronous.step().value());
  EXPECT_EQ(synchronous.integer(0), 2) << "2 is FULL";
}

TEST_F(SqliteStoreFile, HasTheOriginalsTableAsColumns) {
  ASSERT_EQ(add(*must_open(), 1, 0), kDone);
  sqlite::Database database = raw();
  auto row = database
                 .query(
                     "SELECT jobid, version, control, gggroupid, \"machine-details\", process, site, area, machine, "
                     "data_parameters, machine_query_iterations, machine_query_time_interval, protocol, address, "
                     "job_details, timestamp FROM jobs WHERE jobid = 'press' AND version = 1")
                 .value();
  ASSERT_TRUE(row.step().value());
  EXPECT_EQ(row.text(3), "factory-1");
  EXPECT_EQ(row.text(6), "London");
  EXPECT_EQ(row.real(11), 0.5);
  EXPECT_EQ(row.text(13), "169.254.89.33");
}

TEST_F(SqliteStoreFile, OpensAtOnceForManyWhileItIsNew) {
  std::vector<std::string> outcomes(8);
  std::vector<std::thread> builders;
  builders.reserve(outcomes.size());
  for (std::string& result : outcomes) builders.emplace_back([&] { result = outcome(open()); });
  for (std::thread& builder : builders) builder.join();
  EXPECT_THAT(outcomes, testing::Each(kDone));
}

// Power cuts: what stood on the disk at some moment is copied aside and opened there.

class SqliteStorePowerCut : public SqliteStoreFile {
 protected:
  /// Opens what is left when the power goes now; of the log only the first bytes.
  std::unique_ptr<JobStore> after_power_cut(std::size_t log_bytes = std::string::npos) {
    const fs::path copy = folder_ / ("cut-" + new_id());
    fs::copy_file(file_, copy);
    std::ofstream log{copy.string() + "-wal", std::ios::binary};
    log << text_of(file_.string() + "-wal").substr(0, log_bytes);
    log.close();
    return std::move(open_sqlite_store(copy.string()).value());
  }
};

TEST_F(SqliteStorePowerCut, LeavesNothingOfATransactionThatWasUnderWay) {
  const auto store = must_open();
  ASSERT_EQ(add(*store, 1, 0), kDone);
  sqlite::Database other = raw();
  run(other, "PRAGMA cache_size = 1");  // so that pages reach the log before the commit
  run(other, "BEGIN IMMEDIATE; UPDATE heads SET revision = 999, latest = 2, version = 2");
  run(other,
      "INSERT INTO jobs SELECT jobid, 2, control, gggroupid, \"machine-details\", process, site, area, machine, "
      "data_parameters, 1, 1, protocol, address, hex(zeroblob(1000000)), timestamp FROM jobs");
  ASSERT_GT(fs::file_size(file_.string() + "-wal"), 1'000'000U);

  const auto reopened = after_power_cut();
  EXPECT_EQ((*reopened->head("press"))->revision, 100);
  EXPECT_FALSE(reopened->version("press", 2)->has_value());
  EXPECT_EQ(add(*reopened, 2, 100), kDone) << "and the store goes on from there";
}

TEST_F(SqliteStorePowerCut, AtAnyByteOfTheLogHeadsAndVersionsAgree) {
  const auto store = must_open();
  ASSERT_EQ(add(*store, 1, 0), kDone);
  const std::size_t acknowledged = text_of(file_.string() + "-wal").size();
  for (job::Version v = 2; v <= 6; ++v) ASSERT_EQ(add(*store, v, (v - 1) * 100), kDone);
  const std::size_t all = text_of(file_.string() + "-wal").size();

  for (std::size_t bytes = acknowledged; bytes <= all; bytes += 997) {
    const auto reopened = after_power_cut(bytes);
    const job::Version latest = (*reopened->head("press"))->latest;
    EXPECT_GE(latest, 1);
    for (job::Version v = 1; v <= 7; ++v) EXPECT_EQ(reopened->version("press", v)->has_value(), v <= latest) << bytes;
  }
  EXPECT_EQ((*after_power_cut(all)->head("press"))->latest, 6);
}

// Files and folders that will not do.

TEST_F(SqliteStoreFile, RefusesAFileThatIsNoDatabase) {
  std::ofstream{file_} << std::string(10'000, 'x');
  EXPECT_THAT(outcome(open()), AllOf(HasSubstr(file_.string()), HasSubstr("file is not a database"),
                                     HasSubstr("name another file, or move this one away")));
  EXPECT_EQ(text_of(file_), std::string(10'000, 'x')) << "and leaves it alone";
}

TEST_F(SqliteStoreFile, RefusesTheDatabaseOfAnotherProgram) {
  sqlite::Database other = raw();
  run(other, "CREATE TABLE invoices (id)");
  EXPECT_THAT(outcome(open()), AllOf(HasSubstr(file_.string()), HasSubstr("database of another program")));
  EXPECT_FALSE(fs::exists(file_.string() + "-wal")) << "and leaves it alone";
}

TEST_F(SqliteStoreFile, RefusesANewerSchema) {
  must_open();
  sqlite::Database newer = raw();
  run(newer, "PRAGMA user_version = 2");
  EXPECT_THAT(outcome(open()), HasSubstr("a newer m2c2 wrote it (schema 2, this program knows 1)"));
}

TEST_F(SqliteStoreFile, RefusesAFolderInItsPlace) {
  fs::create_directories(file_);
  EXPECT_THAT(outcome(open()), AllOf(HasSubstr(file_.string()), HasSubstr("unable to open database file")));
}

TEST_F(SqliteStoreFile, RefusesAFolderThatCannotBeMade) {
  std::ofstream{folder_ / "file"} << "x";
  file_ = folder_ / "file/jobs.db";
  EXPECT_THAT(outcome(open()), AllOf(HasSubstr(file_.string()), HasSubstr("cannot make its folder")));
}

/// The rights of a user who is nobody in particular, which root would not notice.
class AsNobody {
 public:
  AsNobody() { change(kNobody); }
  ~AsNobody() { change(0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  static void change(uid_t user) {
    if (::getuid() == 0) {
      EXPECT_EQ(::seteuid(user), 0);
    }
  }
};

TEST_F(SqliteStoreFile, RefusesAReadOnlyFolder) {
  const fs::path folder = folder_ / "read-only";
  fs::create_directories(folder);
  file_ = folder / "jobs.db";
  fs::permissions(folder,
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const AsNobody nobody;
  EXPECT_THAT(outcome(open()), AllOf(HasSubstr(file_.string()), HasSubstr("in a folder that this user may write")));
}

TEST_F(SqliteStoreFile, RefusesAReadOnlyFile) {
  must_open();
  fs::permissions(file_, fs::perms::owner_read | fs::perms::others_read);
  const AsNobody nobody;
  EXPECT_THAT(outcome(open()), AllOf(HasSubstr(file_.string()), HasSubstr("a file that this user may write")));
}

TEST_F(SqliteStoreFile, SaysThatItIsLockedByAnother) {
  const auto store = must_open();
  ASSERT_EQ(add(*store, 1, 0), kDone);
  sqlite::Database other = raw();
  run(other, "BEGIN IMMEDIATE");
  EXPECT_THAT(add(*store, 2, 100), AllOf(HasSubstr("database is locked"), HasSubstr("for more than 2 s")));
  EXPECT_EQ((*store->head("press"))->latest, 1) << "it can still be read";
  run(other, "ROLLBACK");
  EXPECT_EQ(add(*store, 2, 100), kDone);
}

TEST_F(SqliteStoreFile, AFullDiskCostsNothingThatWasStored) {
  sqlite::Database database = raw();
  ASSERT_EQ(outcome(sqlite::prepare_schema(database)), kDone);
  run(database, "PRAGMA max_page_count = 20");  // 80 KiB of disk
  sqlite::SqliteStore store{std::move(database)};
  job::Version stored = 0;
  std::string last = kDone;
  for (; last == kDone; ++stored) {
    JobVersion row = version_of("press", stored + 1);
    row.job_details.assign(5'000, 'x');
    last = outcome(store.add_version(row, head_of("press", stored + 1, (stored + 1) * 100), stored * 100));
  }
  --stored;
  EXPECT_THAT(last, AllOf(HasSubstr(file_.string()), HasSubstr("full"), HasSubstr("free space on its disk")));
  ASSERT_GT(stored, 1);
  EXPECT_EQ((*store.head("press"))->latest, stored);
  EXPECT_TRUE(store.version("press", stored)->has_value());
  EXPECT_FALSE(store.version("press", stored + 1)->has_value());
  EXPECT_EQ(add(*must_open(), stored + 1, stored * 100), kDone) << "with space again, it goes on";
}

TEST_F(SqliteStoreFile, SaysThatItIsDamaged) {
  {
    const auto store = must_open();
    for (job::Version v = 1; v <= 200; ++v) ASSERT_EQ(add(*store, v, (v - 1) * 100), kDone);
  }
  std::fstream damage{file_, std::ios::in | std::ios::out | std::ios::binary};
  for (std::streamoff page = 1; page < static_cast<std::streamoff>(fs::file_size(file_) / 4096); ++page) {
    damage.seekp(page * 4096);
    damage << std::string(100, '\xFF');
  }
  damage.close();
  const auto store = open();
  const std::string text = store ? outcome((*store)->head("press")) : outcome(store);
  EXPECT_THAT(text, AllOf(HasSubstr(file_.string()), HasSubstr("malformed"), HasSubstr("put back a copy")));
}

}  // namespace
}  // namespace m2c2::store
