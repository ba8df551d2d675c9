// Where the job builder keeps jobs: every version ever deployed, and for each job what is wanted of it now.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "job/wanted.hpp"

namespace m2c2::store {

enum class StoreError {
  exists = 1,  ///< that version of that job is there already
  stale,       ///< the head has moved on since it was read: read it again
  failed,      ///< the database; the text says what
};
const char* error_family_name(StoreError);
std::string error_text(StoreError);
std::error_code make_error_code(StoreError);

/// One version of a job: the original's table row. Never changed once written.
struct JobVersion {
  std::string job;  ///< jobid
  job::Version version = 1;
  std::string control;  ///< deploy or update
  std::string group;    ///< gggroupid
  std::string site, area, process, machine;
  std::string protocol;
  std::string address;          ///< machine-ip
  int iterations = 1;           ///< machine_query_iterations
  double interval = 1;          ///< machine_query_time_interval, seconds
  std::string machine_details;  ///< JSON text: machine-details
  std::string data_parameters;  ///< JSON text: data-parameters
  std::string job_details;      ///< JSON text: the request, version and gg-group-id filled in
  std::string timestamp;        ///< when it was stored
};

/// What is wanted of a job now: one row a job, replaced by compare-and-set on `revision`.
struct JobHead {
  std::string job;
  std::int64_t revision =
      0;  ///< grows with every change, in a new store too: microseconds since 1970, or one more than the last
  std::string group;
  job::Version latest = 1;   ///< highest version stored
  job::Version version = 1;  ///< wanted
  job::RunState state = job::RunState::running;
  job::Control control = job::Control::deploy;
  std::optional<job::Version> requested_version;
  job::Destinations destinations;
  std::string request_digest;  ///< of the last deploy or update request, to know it when it comes again
};

/// Every call is atomic and durable when it returns. Calls come from one thread; other builders may share the store.
class JobStore {
 public:
  virtual ~JobStore() = default;
  virtual Result<std::optional<JobHead>> head(std::string_view job) = 0;
  virtual Result<std::vector<JobHead>> heads() = 0;
  virtual Result<std::optional<JobVersion>> version(std::string_view job, job::Version) = 0;
  /// Adds a version and moves the head, both or neither. `expected`: the revision the head was read at, 0 for a new
  /// job.
  /// Fails with `stale` or, when only the version is in the way, with `exists`.
  virtual Result<> add_version(const JobVersion&, const JobHead& next, std::int64_t expected) = 0;
  /// Moves the head of a job that has one.
  virtual Result<> set_head(const JobHead& next, std::int64_t expected) = 0;
  /// Ends a call that waits for something far away, and all that come later, with an error. Safe from any thread.
  virtual void stop() {}
};

/// The file named in `sqlite:<path>`: its folder, itself and its tables are made when they are not there. ":memory:" is
/// a store that ends with its handle. See docs/formats/store.md.
Result<std::unique_ptr<JobStore>> open_sqlite_store(const std::string& path);

}  // namespace m2c2::store

template <>
struct std::is_error_code_enum<m2c2::store::StoreError> : std::true_type {};
