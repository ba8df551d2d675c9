// Finds the message that ends the connection whenever it is sent, as AWS IoT Core does over what its policy forbids.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

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
  bool lost_alone_with(const stream::Record&);
  void acknowledged(const stream::Record&);
  void clear();

 private:
  unsigned losses_to_convict(const stream::Record&) const;

  std::optional<std::uint64_t> number_;  ///< of the record
  unsigned losses_ = 0;
  unsigned losses_alone_ = 0;
  /// Of the guilty. What goes there is found out sooner, since a topic that the broker forbids it forbids for all that
  /// follows.
  std::set<std::string> topics_;
};

}  // namespace m2c2::exporters
