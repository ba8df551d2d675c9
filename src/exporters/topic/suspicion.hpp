// Finds the message that ends the connection whenever it is sent, as AWS IoT Core does over what its policy forbids.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "stream/record.hpp"

namespace m2c2::exporters {

/// Counts how often in a row the connection was lost with the same record as the first that was not acknowledged: first
/// along with others, then with it alone. Any acknowledgement in between clears it.
class Suspicion {
 public:
  /// It is to be sent alone, with nothing else on its way.
  bool falls_on(const stream::Record&) const;
  /// The connection was lost, and this was the first record that was not acknowledged.
  void lost_with(const stream::Record&);
  /// The connection was lost with the suspect alone on its way. True: it is guilty.
  bool lost_alone_with(const stream::Record&, SteadyTime now);
  void acknowledged(const stream::Record&);
  /// Enough of what went to that topic was guilty: nothing more is to be sent there for the present.
  bool bars(const std::string& topic, SteadyTime now) const;
  bool bars_any() const { return !topics_.empty(); }
  void clear();

 private:
  unsigned losses_to_convict(const stream::Record&) const;

  std::optional<std::uint64_t> number_;  ///< of the record
  unsigned losses_ = 0;
  unsigned losses_alone_ = 0;
  /// Of the guilty. What goes there is found out sooner, and after some not sent at all, since a topic that the broker
  /// forbids it forbids for all that follows.
  struct Record {
    unsigned convictions = 0;
    SteadyTime barred_until{};
  };
  std::map<std::string, Record> topics_;
};

}  // namespace m2c2::exporters
