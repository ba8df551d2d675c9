// The gateway's own copy of its jobs, <data-dir>/job/<job>.json: they run again after a restart, broker or none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "job/parse.hpp"
#include "job/wanted.hpp"
#include "net/loop.hpp"

namespace m2c2::gateway {

/// The largest request, with the words around it and written anew; what is larger was not written here.
inline constexpr std::size_t kMostLocalFileBytes = 2 * job::kMostRequestBytes;

/// A wanted state, shared by all who work on it.
using Wanted = std::shared_ptr<const job::ParsedWanted>;

/// Files are written and removed on the loop `disk`, where a slow sync delays no poll; in the order of the calls, since
/// a loop keeps the order of what is posted. `loop`, on which all calls come and all answers go, outlives `disk`.
class LocalJobs {
 public:
  using Done = std::function<void(Result<>)>;

  LocalJobs(net::Loop& loop, net::Loop& disk, std::filesystem::path folder);

  /// All jobs on file, in the order of their names. A file that is no wanted state, is too large, or bears another name
  /// than its job is set aside as <file>.broken. Blocks: call it before anything polls.
  std::vector<job::ParsedWanted> load();

  /// `done` runs on `loop` and is dropped with this object.
  void save(Wanted, Done done);
  void remove(std::string_view job, Done done);
  /// Calls `done` once every save and removal so far has been.
  void when_done(std::function<void()> done);

 private:
  void on_disk(std::function<Result<>()> work, Done done);
  std::filesystem::path file_of(std::string_view job) const;

  net::Loop& loop_;
  net::Loop& disk_;
  std::filesystem::path folder_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // answers to one that is gone are dropped
};

}  // namespace m2c2::gateway
