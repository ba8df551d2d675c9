// What to do about a wanted state, given what runs here: a decision, and the words of the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "job/wanted.hpp"

namespace m2c2::gateway {

/// What this gateway has of a job.
struct Local {
  std::int64_t revision = 0;            ///< of the last wanted state that was done
  std::optional<job::Version> running;  ///< polls, or is about to
};

enum class Action {
  ignore,    ///< done already
  note,      ///< nothing changes here but the revision
  redirect,  ///< runs on undisturbed; its destinations may have changed
  start,
  restart,  ///< stop what runs, then start
  stop,
};

struct Decision {
  Action action = Action::ignore;
  std::string answer;        ///< an info; empty: nothing is said
  job::Version version = 0;  ///< the one the answer speaks of

  bool operator==(const Decision&) const = default;
};

/// `local`: nothing for a job that this gateway does not have.
///
/// A revision that is not above the local one was done before: wanted states come retained and live, and redelivered.
/// The wanted version and state say what to do, so a gateway that missed some of them ends where one ends that did not;
/// the control only chooses the words. A stop of a version that is not the wanted one leaves that running, and is
/// answered as one of a job that has been stopped already.
Decision reconcile(const std::optional<Local>& local, const job::ParsedWanted&);

}  // namespace m2c2::gateway
