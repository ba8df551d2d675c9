// One gzip member, made piece by piece.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace m2c2::exporters {

/// The same pieces give the same bytes.
class GzipWriter {
 public:
  GzipWriter();
  ~GzipWriter();
  GzipWriter(GzipWriter&&) noexcept;
  GzipWriter& operator=(GzipWriter&&) noexcept;

  void add(std::string_view piece);
  /// Ends the member and gives it whole. Nothing is added after.
  std::string finish() &&;

 private:
  struct Deflate;

  void run(std::string_view piece, int flush);

  std::unique_ptr<Deflate> deflate_;
  std::string out_;
};

}  // namespace m2c2::exporters
