// The job builder: requests in; versions stored, gateways told, operators answered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "builder/asked.hpp"
#include "builder/decide.hpp"
#include "mqtt/broker.hpp"
#include "store/job_store.hpp"

namespace m2c2::builder {

/// Everything is stored before it is said, so that what is lost on the way is made good by republish(). Several
/// builders may serve one store; all calls to one builder come from one thread.
class Builder {
 public:
  struct Options {
    std::string default_group;            ///< for a deploy without gg-group-id; empty: such a deploy is refused
    std::size_t most_conflicts = 10'000;  ///< with other builders over one request, before its operator is told
  };
  struct Counters {
    std::uint64_t refused = 0;         ///< requests, or parts of them, answered with an error for what they ask
    std::uint64_t conflicts = 0;       ///< another builder was quicker: read and decided again
    std::uint64_t store_failures = 0;  ///< answered with an error, nothing done
    std::uint64_t bad_statuses = 0;    ///< ignored
  };

  /// `send` is to deliver in order, at least once, when it can.
  Builder(store::JobStore& store, const Clock& clock, Options options, std::function<void(mqtt::Message)> send)
      : store_{store}, clock_{clock}, options_{std::move(options)}, send_{std::move(send)} {}

  /// From m2c2/job/request.
  void on_request(const mqtt::Received&);
  /// From m2c2/group/<group>/status: a gateway that has a job which has moved to another group is told so.
  void on_status(const mqtt::Received&);
  /// From m2c2/group/<group>/job/<job>, where several builders share a store: what another one said too late is made
  /// good.
  void on_wanted(const mqtt::Received&);
  /// Says every wanted state once more, unchanged. Call at each connect.
  void republish();

  const Counters& counters() const { return counters_; }

 private:
  struct Outcome {
    std::vector<mqtt::Message> messages;
    std::int64_t revision = 0;  ///< that the job's head has come to; 0: it did not move
  };

  void handle(const Asked&);
  Result<Outcome> attempt(const Asked&, const std::optional<store::JobHead>& last);
  Result<Outcome> define_job(const Asked&, const std::optional<store::JobHead>& last);
  Result<Outcome> start_or_stop(const Asked&, const store::JobHead& last, const store::JobVersion& meant);
  Result<Outcome> push_or_pull(const Asked&, const store::JobHead& last, const store::JobVersion& meant);
  Result<Outcome> repeat(const Asked&, const store::JobHead& last);

  Result<mqtt::Message> stored_wanted_state(const store::JobHead&);
  Outcome refuse(const Asked&, const Refused&);
  Outcome refuse_version(const Asked&, Refused, const std::optional<store::JobHead>& last);
  void report_failure(const Asked&, std::string_view reason);
  void say_wanted(const store::JobHead&);

  store::JobStore& store_;
  const Clock& clock_;
  Options options_;
  std::function<void(mqtt::Message)> send_;
  Counters counters_;
  /// Of each job that is known to be stored, its group; another builder may have stored more, and moved some.
  std::map<std::string, std::string> groups_;
  std::map<std::string, std::int64_t> highest_said_;  ///< revision of each job that on_wanted() has seen
};

}  // namespace m2c2::builder
