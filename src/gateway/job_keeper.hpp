// Keeps one job of this gateway as it is wanted: its local file, and its actors one after another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/job_actor.hpp"
#include "gateway/local_jobs.hpp"
#include "gateway/reconcile.hpp"
#include "gateway/surroundings.hpp"

namespace m2c2::gateway {

/// What the jobs of a gateway share; it outlives them.
struct JobHost {
  const Surroundings& surroundings;
  const ConnectorFactory& make_connector;
  LocalJobs& local_jobs;
  std::function<void(const std::string& job)> changed;  ///< an actor began or ended; the keeper may be dropped in it
  std::size_t actors = 0;                               ///< begun and not ended, of all jobs
  JobActor::Counts past;                                ///< of actors that have ended
};

class JobKeeper : public std::enable_shared_from_this<JobKeeper> {
 public:
  JobKeeper(JobHost& host, std::string name) : host_{host}, name_{std::move(name)} {}
  ~JobKeeper();
  JobKeeper(const JobKeeper&) = delete;
  JobKeeper& operator=(const JobKeeper&) = delete;

  /// As on file: runs again if it ran.
  void restore(job::ParsedWanted, Duration delay);
  /// Does what is wanted, once; what starts, starts after `delay`.
  void adopt(job::ParsedWanted, Duration delay);
  /// The job has left the group.
  void leave();
  /// Ends what runs; the local file stays as it is.
  void end();
  /// Tries a save again that failed.
  void save_if_it_failed();

  /// The wanted state as on file; none once the job has left.
  const Wanted& local() const { return local_; }
  bool runs() const { return wanted_actor() != nullptr; }
  /// Has left the group, and nothing of it is under way: may be dropped.
  bool gone() const { return !local_ && !actor_; }
  /// What polls, or is ending; may be none.
  const JobActor* actor() const { return actor_.get(); }

 private:
  /// Said once the job runs, or has ended, as was wanted.
  struct Answer {
    Wanted about;
    job::Version version;
    std::string text;
  };

  JobActor* wanted_actor() const;
  std::optional<Local> as_local() const;
  void remember(job::ParsedWanted, Action);
  Result<> carry_out(Action, Duration delay);
  Result<> begin(Duration delay);
  void settle();
  void actor_ended();
  void save();
  void saved(const Result<>&);
  void tell(job::Severity, const Answer&, std::string_view reason = {}) const;

  JobHost& host_;
  std::string name_;
  Wanted local_;
  std::shared_ptr<JobActor> actor_;  // polls, or is ending
  std::shared_ptr<JobActor> next_;   // begins once actor_ has ended: both may want the same port of the machine
  Duration delay_{};                 // of next_
  std::vector<Answer> answers_;
  bool file_fails_ = false;  // what is on file is not local_
};

}  // namespace m2c2::gateway
