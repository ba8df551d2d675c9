// The job store in an SQLite file; tests hand it a database that they have tampered with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/job_store.hpp"
#include "store/sqlite/database.hpp"

namespace m2c2::store::sqlite {

class SqliteStore final : public JobStore {
 public:
  /// Of a database that prepare_schema() has passed.
  explicit SqliteStore(Database database) : database_{std::move(database)} {}

  Result<std::optional<JobHead>> head(std::string_view job) override;
  Result<std::vector<JobHead>> heads() override;
  Result<std::optional<JobVersion>> version(std::string_view job, job::Version) override;
  Result<> add_version(const JobVersion&, const JobHead& next, std::int64_t expected) override;
  Result<> set_head(const JobHead& next, std::int64_t expected) override;

 private:
  Result<> insert_head(const JobHead&);
  Result<> insert_version(const JobVersion&);

  Database database_;
};

}  // namespace m2c2::store::sqlite
