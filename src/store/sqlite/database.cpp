// SQLite's C API, nowhere else.
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>

#include "store/job_store.hpp"

namespace m2c2::store::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPatience{2000};

/// What to do about a primary result code; nothing for those that SQLite's own text has to explain.
std::string_view remedy(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
      return "name another file, or move this one away";
    case SQLITE_CORRUPT:
      return "put back a copy of it, or move it away and deploy the jobs again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "it must be a file that this user may write, in a folder that this user may write";
    case SQLITE_FULL:
      return "free space on its disk";
    case SQLITE_IOERR:
      return "see whether its disk is full or broken";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it for more than 2 s: end that program, or try again";
    default:
      return {};
  }
}

int bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
  if (const auto* text = std::get_if<std::string_view>(&value))
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return sqlite3_bind_null(statement, index);
}

Result<> make_folder_of(const std::string& path) {
  const fs::path folder = fs::path{path}.parent_path();
  if (folder.empty()) return {};
  std::error_code code;
  fs::create_directories(folder, code);
  if (!code) return {};
  return fail(StoreError::failed, fmt::format("the job store {}: cannot make its folder: {}", path, code.message()));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Result<bool> Statement::step() {
  switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return database_->failure();
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

Result<Database> Database::open(std::string path) {
  if (auto folder = make_folder_of(path); !folder) return std::unexpected{std::move(folder).error()};
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database;
  database.path_ = std::move(path);
  database.handle_.reset(handle);  // there even after a failure, to tell what failed
  if (code != SQLITE_OK) return database.failure();
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(kPatience.count()));
  if (sqlite3_db_readonly(handle, "main") == 1) return database.refuse(remedy(SQLITE_READONLY));
  return database;
}

Result<> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return {};
}

Result<Statement> Database::query(std::string_view sql, std::initializer_list<Value> values) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr) != SQLITE_OK)
    return failure();
  Statement statement;
  statement.database_ = this;
  statement.handle_.reset(handle);
  int index = 0;
  for (const Value& value : values)
    if (bind(handle, ++index, value) != SQLITE_OK) return failure();
  return statement;
}

Result<int> Database::change(std::string_view sql, std::initializer_list<Value> values) {
  auto statement = query(sql, values);
  if (!statement) return std::unexpected{std::move(statement).error()};
  if (auto done = statement->step(); !done) return std::unexpected{std::move(done).error()};
  return sqlite3_changes(handle_.get());
}

std::unexpected<Error> Database::refuse(std::string_view why) const {
  return fail(StoreError::failed, fmt::format("the job store {}: {}", path_, why));
}

std::unexpected<Error> Database::failure() const {
  if (!handle_) return refuse("out of memory");
  const std::string_view what = sqlite3_errmsg(handle_.get());
  const std::string_view advice = remedy(sqlite3_extended_errcode(handle_.get()));
  return advice.empty() ? refuse(what) : refuse(fmt::format("{}: {}", what, advice));
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return std::unexpected{std::move(begun).error()};
  return Transaction{database};
}

Transaction::~Transaction() {
  // A full disk has SQLite roll back by itself.
  if (database_ != nullptr && sqlite3_get_autocommit(database_->handle_.get()) == 0)
    sqlite3_exec(database_->handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<> Transaction::commit() {
  auto done = database_->execute("COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace m2c2::store::sqlite
