// Rows of SQLite ↔ versions and heads of jobs.
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.hpp"

#include <initializer_list>

#include "store/sqlite/schema.hpp"

namespace m2c2::store {
namespace sqlite {
namespace {

constexpr std::string_view kSelectHeads =
    "SELECT jobid, revision, gggroupid, latest, version, state, control, requested_version, to_stream, to_topic, "
    "request_digest FROM heads ";
constexpr std::string_view kInsertHead =
    "INSERT INTO heads (jobid, revision, gggroupid, latest, version, state, control, requested_version, to_stream, "
    "to_topic, request_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
constexpr std::string_view kUpdateHead =
    "UPDATE heads SET revision = ?, gggroupid = ?, latest = ?, version = ?, state = ?, control = ?, "
    "requested_version = ?, to_stream = ?, to_topic = ?, request_digest = ? WHERE jobid = ? AND revision = ?";
constexpr std::string_view kSelectVersion =
    "SELECT jobid, version, control, gggroupid, \"machine-details\", process, site, area, machine, data_parameters, "
    "machine_query_iterations, machine_query_time_interval, protocol, address, job_details, timestamp "
    "FROM jobs WHERE jobid = ? AND version = ?";
constexpr std::string_view kInsertVersion =
    "INSERT INTO jobs (jobid, version, control, gggroupid, \"machine-details\", process, site, area, machine, "
    "data_parameters, machine_query_iterations, machine_query_time_interval, protocol, address, job_details, "
    "timestamp) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

Value maybe(const auto& optional) { return optional ? Value{static_cast<std::int64_t>(*optional)} : Value{}; }

std::optional<bool> maybe_flag(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column) != 0;
}

job::Control control_named(std::string_view name) {
  for (const auto control : {job::Control::update, job::Control::start, job::Control::stop})
    if (job::to_text(control) == name) return control;
  return job::Control::deploy;  // the table's own check leaves no other
}

job::RunState state_named(std::string_view name) {
  return name == job::to_text(job::RunState::stopped) ? job::RunState::stopped : job::RunState::running;
}

JobHead read_head(const Statement& row) {
  JobHead head;
  head.job = row.text(0);
  head.revision = row.integer(1);
  head.group = row.text(2);
  head.latest = row.integer(3);
  head.version = row.integer(4);
  head.state = state_named(row.text(5));
  head.control = control_named(row.text(6));
  if (!row.is_null(7)) head.requested_version = row.integer(7);
  head.destinations = {.to_stream = maybe_flag(row, 8), .to_topic = maybe_flag(row, 9)};
  head.request_digest = row.text(10);
  return head;
}

JobVersion read_version(const Statement& row) {
  JobVersion version;
  version.job = row.text(0);
  version.version = row.integer(1);
  version.control = row.text(2);
  version.group = row.text(3);
  version.machine_details = row.text(4);
  version.process = row.text(5);
  version.site = row.text(6);
  version.area = row.text(7);
  version.machine = row.text(8);
  version.data_parameters = row.text(9);
  version.iterations = static_cast<int>(row.integer(10));
  version.interval = row.real(11);
  version.protocol = row.text(12);
  version.address = row.text(13);
  version.job_details = row.text(14);
  version.timestamp = row.text(15);
  return version;
}

/// One row changed, or `otherwise`.
Result<> one_row(const Result<int>& changed, StoreError otherwise) {
  if (!changed) return std::unexpected{changed.error()};
  if (*changed != 1) return fail(otherwise);
  return {};
}

}  // namespace

Result<std::optional<JobHead>> SqliteStore::head(std::string_view job) {
  auto rows = database_.query(std::string{kSelectHeads} + "WHERE jobid = ?", {job});
  if (!rows) return std::unexpected{std::move(rows).error()};
  auto found = rows->step();
  if (!found) return std::unexpected{std::move(found).error()};
  return *found ? std::optional{read_head(*rows)} : std::nullopt;
}

Result<std::vector<JobHead>> SqliteStore::heads() {
  auto rows = database_.query(std::string{kSelectHeads} + "ORDER BY jobid");
  if (!rows) return std::unexpected{std::move(rows).error()};
  std::vector<JobHead> heads;
  for (;;) {
    auto found = rows->step();
    if (!found) return std::unexpected{std::move(found).error()};
    if (!*found) return heads;
    heads.push_back(read_head(*rows));
  }
}

Result<std::optional<JobVersion>> SqliteStore::version(std::string_view job, job::Version version) {
  auto rows = database_.query(kSelectVersion, {job, version});
  if (!rows) return std::unexpected{std::move(rows).error()};
  auto found = rows->step();
  if (!found) return std::unexpected{std::move(found).error()};
  return *found ? std::optional{read_version(*rows)} : std::nullopt;
}

Result<> SqliteStore::add_version(const JobVersion& version, const JobHead& next, std::int64_t expected) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected{std::move(transaction).error()};
  if (auto moved = expected == 0 ? insert_head(next) : set_head(next, expected); !moved) return moved;
  if (auto added = insert_version(version); !added) return added;
  return transaction->commit();
}

Result<> SqliteStore::set_head(const JobHead& next, std::int64_t expected) {
  return one_row(
      database_.change(kUpdateHead,
                       {next.revision, next.group, next.latest, next.version, to_text(next.state),
                        to_text(next.control), maybe(next.requested_version), maybe(next.destinations.to_stream),
                        maybe(next.destinations.to_topic), next.request_digest, next.job, expected}),
      StoreError::stale);
}

Result<> SqliteStore::insert_head(const JobHead& head) {
  return one_row(database_.change(kInsertHead, {head.job, head.revision, head.group, head.latest, head.version,
                                                to_text(head.state), to_text(head.control),
                                                maybe(head.requested_version), maybe(head.destinations.to_stream),
                                                maybe(head.destinations.to_topic), head.request_digest}),
                 StoreError::stale);
}

Result<> SqliteStore::insert_version(const JobVersion& version) {
  return one_row(database_.change(kInsertVersion, {version.job, version.version, version.control, version.group,
                                                   version.machine_details, version.process, version.site, version.area,
                                                   version.machine, version.data_parameters,
                                                   std::int64_t{version.iterations}, version.interval, version.protocol,
                                                   version.address, version.job_details, version.timestamp}),
                 StoreError::exists);
}

}  // namespace sqlite

Result<std::unique_ptr<JobStore>> open_sqlite_store(const std::string& path) {
  auto database = sqlite::Database::open(path);
  if (!database) return std::unexpected{std::move(database).error()};
  if (auto prepared = sqlite::prepare_schema(*database); !prepared) return std::unexpected{std::move(prepared).error()};
  return std::make_unique<sqlite::SqliteStore>(std::move(*database));
}

}  // namespace m2c2::store
