// What the operator must hear of deliveries: each loss and each failing destination once when it begins, once when it
// ends. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/status.hpp"
#include "job/answers.hpp"

namespace m2c2::gateway {

struct DeliveryNews {
  job::Severity severity;
  std::string text;
};

class DeliveryWatch {
 public:
  static constexpr Duration kQuiet = std::chrono::seconds{30};     ///< without another loss, until a loss is over
  static constexpr Duration kPatience = std::chrono::seconds{10};  ///< with a destination or a disk that fails

  /// What these figures change. Counters never go back.
  std::vector<DeliveryNews> see(const stream::Stats&, const std::vector<ExporterStatus>&, SteadyTime now);

 private:
  /// Something that is lost bit by bit, for one reason.
  struct Loss {
    std::uint64_t seen = 0;
    std::uint64_t before = 0;  ///< it began
    SteadyTime last;
    bool under_way = false;
  };
  struct Failure {
    SteadyTime since;
    bool told = false;
  };

  struct Reason {
    std::string cause;
    std::string remedy;
  };

  Reason why_not_taken(const stream::Stats&);
  void see_loss(std::vector<DeliveryNews>&, const std::string& what, std::uint64_t count, SteadyTime now,
                const Reason& reason);
  void see_failure(std::vector<DeliveryNews>&, const ExporterStatus&, SteadyTime now);
  void see_trouble(std::vector<DeliveryNews>&, const std::string& trouble, SteadyTime now);

  std::map<std::string, Loss> losses_;
  std::map<std::string, Failure> failures_;
  std::uint64_t overrun_ = 0;       ///< of the stream, as last seen
  std::optional<Failure> trouble_;  ///< of the stream's disk
};

}  // namespace m2c2::gateway
