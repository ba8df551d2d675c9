// What becomes of a job when its operator asks something of it (guide, "Job controls"): decisions, no store, no broker.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "builder/asked.hpp"
#include "store/job_store.hpp"

namespace m2c2::builder {

/// An error answer.
struct Refused {
  std::string text;    ///< the guide's
  std::string reason;  ///< what was found and what to do, where the text does not say so
};

template <class T>
using Decision = std::expected<T, Refused>;

struct NewVersion {
  store::JobVersion version;
  store::JobHead head;
};

/// Deploy and update. `last`: the job's head, if there is such a job.
Decision<NewVersion> define(const Asked&, const std::optional<store::JobHead>& last, std::string_view default_group,
                            WallTime now);

/// The answer about a version that there cannot be, or of which nothing is stored. `last`: the job's head, if there is
/// such a job.
Refused not_unique(const Asked&, job::Version, const std::optional<store::JobHead>& last);

/// The request behind the last version has come a second time, and nothing is left to do for it.
bool is_redelivery(const Asked&, const std::optional<store::JobHead>& last);

/// The version that a start, stop, push or pull is about: as asked, or for a start the latest, else the wanted one.
job::Version version_meant(const Asked&, const store::JobHead& last);

/// Start. `own`: the destinations that the version's request names; the start's own go before them.
store::JobHead start(const Asked&, const store::JobHead& last, job::Version, const job::Destinations& own,
                     WallTime now);

/// Stop. One of a version that does not run leaves the wanted state as it is; the gateway answers it.
store::JobHead stop(const Asked&, const store::JobHead& last, WallTime now);

}  // namespace m2c2::builder
