// The tables of a job store in SQLite (docs/formats/store.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "store/sqlite/database.hpp"

namespace m2c2::store::sqlite {

/// Makes the tables of a new file, and a file of ours durable: write-ahead log, synced at every commit. Refuses, and
/// leaves as it is, the database of another program or of a newer m2c2.
Result<> prepare_schema(Database&);

}  // namespace m2c2::store::sqlite
