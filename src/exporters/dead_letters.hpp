// Where the records go that a destination will never take, so that nothing is lost without a trace
// (docs/formats/archive.md). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "exporters/exporter.hpp"

namespace m2c2::exporters {

struct DeadLetterOptions {
  std::filesystem::path folder;
  std::uint64_t max_size = std::uint64_t{64} * 1024 * 1024;  ///< a file past it makes way for a new one
};

/// The file `<folder>/<exporter>.ndjson`, a JSON object a line, and `<exporter>.1.ndjson`, the one before. A record
/// that is rejected again after a crash stands there again.
class DeadLetters {
 public:
  /// The exporter's name is a file's too. The clock outlives the letters.
  DeadLetters(DeadLetterOptions, std::string exporter, const Clock&);

  /// On return they are on the disk for good. Blocks.
  Result<> append(std::span<const Rejection>);

 private:
  Result<> make_way();

  DeadLetterOptions options_;
  std::string exporter_;
  const Clock& clock_;
  std::filesystem::path file_;
  std::filesystem::path older_;
};

}  // namespace m2c2::exporters
