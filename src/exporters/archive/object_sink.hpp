// Where the archive's objects go: a folder, a bucket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "net/task.hpp"

namespace m2c2::exporters {

class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  /// The object of that key (parts with `/` between) is there for good, whole, in place of one of that key before; on
  /// an error that one stands. Both views stay until it has returned. An error names the place and the remedy.
  virtual net::Task<Result<>> put(std::string_view key, std::string_view bytes) = 0;
  /// Ends a put soon, for good, and lets none begin that may take long.
  virtual void stop() {}
};

}  // namespace m2c2::exporters
