// The archive in a folder: an object is a file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "exporters/archive/object_sink.hpp"

namespace m2c2::exporters {

/// Blocks while it writes. A crash leaves `<object>.tmp`, which goes when the object is written again.
class FolderSink final : public ObjectSink {
 public:
  explicit FolderSink(std::filesystem::path root) : root_{std::move(root)} {}
  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override;

 private:
  Result<> write(const std::filesystem::path& key, std::string_view bytes);

  std::filesystem::path root_;
  std::filesystem::path made_;  ///< the last folder that was made durable
};

}  // namespace m2c2::exporters
