// The push control: can this gateway reach that machine? Asked on a connection of its own, beside the running jobs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_set>

#include "gateway/surroundings.hpp"
#include "job/wanted.hpp"

namespace m2c2::gateway {

/// Each push is answered exactly once, unless end() or the destructor comes first.
class Pushes {
 public:
  struct Limits {
    Duration time = std::chrono::seconds{10};    ///< for one machine to answer, unless its connector may need longer
    Duration longest = std::chrono::minutes{5};  ///< for that: it takes the place of others
    std::size_t at_once = 32;                    ///< connections, so that a flood takes no running job's sockets
    std::size_t waiting = 1000;                  ///< more are refused
  };

  Pushes(const Surroundings&, ConnectorFactory, Limits);
  ~Pushes();
  Pushes(const Pushes&) = delete;
  Pushes& operator=(const Pushes&) = delete;

  void push(job::ParsedCommand);
  /// Ends what is under way without an answer, once it has said goodbye to its machine; `then` runs when none is left.
  void end(std::function<void()> then);
  bool none_under_way() const { return under_way_.empty(); }

 private:
  struct Probe;

  void begin(job::ParsedCommand);
  void ended(const std::shared_ptr<Probe>&, const Result<machines::Probed>&);
  void answer(const Probe&, const Result<machines::Probed>&);
  static net::Task<> run(std::shared_ptr<Probe>);
  static net::Task<> watch(std::shared_ptr<Probe>);

  const Surroundings& surroundings_;
  ConnectorFactory make_connector_;
  Limits limits_;
  std::deque<job::ParsedCommand> waiting_;
  std::unordered_set<std::shared_ptr<Probe>> under_way_;
  std::function<void()> ended_;  ///< once end() was called
};

}  // namespace m2c2::gateway
