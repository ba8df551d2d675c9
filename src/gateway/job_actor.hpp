// Runs one version of one job: keeps the machine connected, polls it on time, tells what the operator must know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/back_off.hpp"
#include "gateway/fault_watch.hpp"
#include "gateway/outlet.hpp"
#include "gateway/surroundings.hpp"

namespace m2c2::gateway {

/// Its task holds the actor, so the actor outlives the task. Whoever lets go of an actor that was started calls stop()
/// or abandon() first.
class JobActor : public std::enable_shared_from_this<JobActor> {
 public:
  struct Counts {
    std::uint64_t polls = 0;
    std::uint64_t missed = 0;  ///< places on the clock that went by while a poll still lasted
  };

  /// `ended` runs on the loop once stop() has taken effect: the connection is closed, all that was read is sent.
  JobActor(const Surroundings&, std::shared_ptr<const job::ParsedWanted>, std::unique_ptr<machines::Connector>,
           std::function<void()> ended);

  /// Connects after `delay` and polls until stopped, however often the machine is lost. Call once.
  void start(Duration delay);
  /// Ends at once whatever is under way. May be called again; an actor that was never started ends without `ended`.
  void stop();
  /// Likewise, silently: what lies outside the actor is not touched any more.
  void abandon();

  bool stopping() const { return stopping_; }
  bool machine_lost() const { return lost_; }
  const Counts& counts() const { return counts_; }
  void deliver_to(job::Delivery delivery) { outlet_.deliver_to(delivery); }

 private:
  static net::Task<> run(std::shared_ptr<JobActor> self, Duration delay);
  net::Task<Error> session();
  void open_outlet();
  void take(const telemetry::Samples&);
  void machine_answers();
  void machine_is_lost(const Error& why);
  Duration wait_before_retry();
  void tell_faults(const FaultNews&);
  void tell(job::Severity, std::string_view message, std::string_view reason = {}) const;

  const Surroundings& surroundings_;
  std::shared_ptr<const job::ParsedWanted> job_;
  std::unique_ptr<machines::Connector> connector_;
  std::function<void()> ended_;
  std::unique_ptr<net::Alarm> alarm_;
  Outlet outlet_;
  std::size_t tags_ = 0;  // that the outlet knows
  FaultWatch faults_;
  Counts counts_;
  std::optional<BackOff> back_off_;          // while the machine is, or was lately, lost
  std::optional<SteadyTime> answers_since_;  // while the machine answers
  bool ever_answered_ = false;
  bool lost_ = false;
  bool stopping_ = false;
  bool abandoned_ = false;
};

}  // namespace m2c2::gateway
