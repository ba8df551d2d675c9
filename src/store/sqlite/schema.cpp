// Tables, and whose file it is.
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema.hpp"

#include <fmt/format.h>

namespace m2c2::store::sqlite {
namespace {

constexpr std::int64_t kApplication = 0x6D326332;  // "m2c2"
constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kTables = R"(
CREATE TABLE jobs (
  jobid TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  control TEXT NOT NULL CHECK (control IN ('deploy', 'update')),
  gggroupid TEXT NOT NULL,
  "machine-details" TEXT NOT NULL,
  process TEXT NOT NULL,
  site TEXT NOT NULL,
  area TEXT NOT NULL,
  machine TEXT NOT NULL,
  data_parameters TEXT NOT NULL,
  machine_query_iterations INTEGER NOT NULL,
  machine_query_time_interval REAL NOT NULL,
  protocol TEXT NOT NULL,
  address TEXT NOT NULL,
  job_details TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  PRIMARY KEY (jobid, version)
) STRICT;
CREATE TABLE heads (
  jobid TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL,
  gggroupid TEXT NOT NULL,
  latest INTEGER NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'stopped')),
  control TEXT NOT NULL CHECK (control IN ('deploy', 'update', 'start', 'stop')),
  requested_version INTEGER,
  to_stream INTEGER,
  to_topic INTEGER,
  request_digest TEXT NOT NULL
) STRICT;
)";

Result<std::int64_t> number(Database& database, std::string_view sql) {
  auto statement = database.query(sql);
  if (!statement) return std::unexpected{std::move(statement).error()};
  if (auto row = statement->step(); !row) return std::unexpected{std::move(row).error()};
  return statement->integer(0);
}

/// Whether the file has our tables: false for a new file, an error for a file that is none of ours.
Result<bool> has_tables(Database& database) {
  const auto things = number(database, "SELECT count(*) FROM sqlite_schema");
  if (!things) return std::unexpected{things.error()};
  if (*things == 0) return false;
  const auto application = number(database, "PRAGMA application_id");
  if (!application) return std::unexpected{application.error()};
  if (*application != kApplication) return database.refuse("it is the database of another program: name another file");
  const auto version = number(database, "PRAGMA user_version");
  if (!version) return std::unexpected{version.error()};
  if (*version > kSchemaVersion)
    return database.refuse(
        fmt::format("a newer m2c2 wrote it (schema {}, this program knows {}): use that m2c2 or a newer "
                    "one, or name another file",
                    *version, kSchemaVersion));
  return true;
}

Result<> make_durable(Database& database) {
  auto mode = database.query("PRAGMA journal_mode = WAL");
  if (!mode) return std::unexpected{std::move(mode).error()};
  if (auto row = mode->step(); !row) return std::unexpected{std::move(row).error()};
  if (const std::string got = mode->text(0); got != "wal" && got != "memory")
    return database.refuse("its file system cannot hold a write-ahead log: name a file on a local disk");
  return database.execute("PRAGMA synchronous = FULL");
}

Result<> make_tables(Database& database) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return std::unexpected{std::move(transaction).error()};
  const auto made_meanwhile = has_tables(database);
  if (!made_meanwhile) return std::unexpected{made_meanwhile.error()};
  if (*made_meanwhile) return {};
  if (auto made = database.execute(kTables); !made) return made;
  const std::string mark =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplication, kSchemaVersion);
  if (auto marked = database.execute(mark.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace

Result<> prepare_schema(Database& database) {
  const auto made = has_tables(database);
  if (!made) return std::unexpected{made.error()};
  if (auto durable = make_durable(database); !durable) return durable;
  if (*made) return {};
  return make_tables(database);
}

}  // namespace m2c2::store::sqlite
