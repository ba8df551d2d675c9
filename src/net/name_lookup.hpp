// Looks host names up on threads that nobody waits for: the system's lookup cannot be told to stop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace m2c2::net {

using Addresses = std::vector<boost::asio::ip::address>;

/// Asks the system, for as long as that takes; empty when it knows no such name.
Addresses ask_system(const std::string& host);

/// One caller who waits for the addresses of a name.
struct NameWait {
  NameWait(Loop& loop, std::string h) : host{std::move(h)}, over{loop} {}
  void give_up() {
    given_up = true;
    over.set();
  }

  std::string host;
  std::optional<Addresses> found;  ///< the answer, once it is there
  bool given_up = false;
  Event over;  ///< answered, or given up
};

/// A name has one thread, however many ask for it, so that no name holds up another. Beyond `most` threads names wait
/// for their turn. All calls on the loop's thread. Goes before its loop does, and leaves threads that still ask behind.
class NameLookup {
 public:
  using Ask = std::function<Addresses(const std::string& host)>;  ///< called on many threads at once; may outlive us
  static constexpr std::size_t kMostThreads = 32;

  explicit NameLookup(Loop& home, Ask ask = ask_system, std::size_t most = kMostThreads);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// Begins to look `host` up, or joins those who wait for it already.
  std::shared_ptr<NameWait> begin(const std::string& host);
  /// The addresses, at least one; NetError::cancelled at once after give_up(), else NetError::name.
  Task<Result<Addresses>> finish(std::shared_ptr<NameWait>, SteadyTime deadline);

 private:
  /// What a thread knows of us: whether we are still there.
  struct Line;
  struct Asked {
    std::vector<std::shared_ptr<NameWait>> waiting;
    bool under_way = false;
  };

  static void tell(const std::shared_ptr<Line>&, std::string host, Addresses);
  void start_those_whose_turn_it_is();
  bool start(const std::string& host);
  void settle(const std::string& host, const Addresses&);
  Result<Addresses> outcome(const NameWait&) const;
  void leave(const std::shared_ptr<NameWait>&);

  Loop& home_;
  Ask ask_;
  std::size_t most_;
  std::shared_ptr<Line> line_;
  std::map<std::string, Asked> asked_;
  std::deque<std::string> queue_;  // asked for, and not under way
  std::size_t under_way_ = 0;
};

}  // namespace m2c2::net
