// The job store in a DynamoDB table, for several builders at once. DynamoDB changes one item at a time, so a new
// version is carried in by its job's head; see docs/formats/store.md. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/dynamodb/items.hpp"
#include "store/dynamodb/table.hpp"
#include "store/job_store.hpp"

namespace m2c2::store::dynamodb {

class DynamoStore final : public JobStore {
 public:
  DynamoStore(std::unique_ptr<Api> api, std::string table) : api_{std::move(api)}, table_{*api_, std::move(table)} {}

  Result<std::optional<JobHead>> head(std::string_view job) override;
  Result<std::vector<JobHead>> heads() override;
  Result<std::optional<JobVersion>> version(std::string_view job, job::Version) override;
  Result<> add_version(const JobVersion&, const JobHead& next, std::int64_t expected) override;
  Result<> set_head(const JobHead& next, std::int64_t expected) override;
  void stop() override { api_->stop(); }

 private:
  /// What one call changes: the head from what was read to what it becomes.
  struct Move {
    StoredHead next;
    std::int64_t expected = 0;
    std::string write;
  };

  Result<std::optional<StoredHead>> head_as_it_is(std::string_view job);
  Result<std::optional<StoredHead>> settled_head(std::string_view job);
  Result<std::optional<StoredHead>> head_at(std::string_view job, std::int64_t revision);
  Result<> carry_out(const StoredHead&);
  Result<std::optional<JobHead>> adopted_head(std::string_view job);
  Result<std::optional<JobVersion>> whole_version(const Item&);

  Result<> has_room_for(const JobVersion&, std::int64_t expected);
  Result<> make(const Move&);
  Result<> find_out(const Move&, const Error&);
  Result<> store_parts(const VersionItems&);
  bool is_written_by(const Move&, const JobVersion&);

  std::unique_ptr<Api> api_;
  Table table_;
  std::optional<StoredHead> last_read_;  ///< its intent carried out; saves the next change of that job a request
};

}  // namespace m2c2::store::dynamodb
