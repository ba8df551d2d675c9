// SQLite's handles as values that close themselves, its failures as errors that say what to do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace m2c2::store::sqlite {

/// What stands for a ? in a statement; monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view>;

class Database;

/// A statement under way. Columns, counted from 0, are there while step() says that a row is. Not to outlive its
/// Database.
class Statement {
 public:
  /// True: a row; false: the end.
  Result<bool> step();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };

  const Database* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// One connection to one file, for one thread. Waits up to 2 s for a lock that another connection holds.
class Database {
 public:
  /// Makes the file and its folder when they are not there. A file that cannot be written is an error.
  static Result<Database> open(std::string path);

  /// Statements without a ?, separated by semicolons.
  Result<> execute(const char* sql);
  Result<Statement> query(std::string_view sql, std::initializer_list<Value> values = {});
  /// Runs one statement to its end; how many rows it changed.
  Result<int> change(std::string_view sql, std::initializer_list<Value> values);

  const std::string& path() const { return path_; }
  /// An error about this file.
  std::unexpected<Error> refuse(std::string_view why) const;

 private:
  friend class Statement;
  friend class Transaction;
  struct Close {
    void operator()(sqlite3* handle) const;
  };

  std::unexpected<Error> failure() const;

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Holds the write lock from begin() on; rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database&);
  Transaction(Transaction&& other) noexcept : database_{std::exchange(other.database_, nullptr)} {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_{&database} {}

  Database* database_;
};

}  // namespace m2c2::store::sqlite
