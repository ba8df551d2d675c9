// The archive: what goes into the stream, as gzip objects of newline-delimited JSON, exactly once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "exporters/archive/gzip.hpp"
#include "exporters/archive/object_key.hpp"
#include "exporters/archive/object_sink.hpp"
#include "exporters/exporter.hpp"

namespace m2c2::exporters {

struct ArchiveOptions {
  ObjectOrigin origin;
  Duration flush_interval = std::chrono::seconds{300};    ///< from an object's first record to its end
  std::size_t flush_size = std::size_t{5} * 1024 * 1024;  ///< of text not yet compressed, that ends an object
};

/// Holds one object, compressed: its size is bounded by flush_size and a batch.
///
/// Exactly once: an object takes its name from the number of its first record alone, and the pump acknowledges all
/// of its records before the next object begins. When a crash keeps the acknowledgement from coming about, the same
/// first record comes again first, so an object of the same name takes the place of the one before, shorter or longer;
/// what it ends before begins the next one. This needs acknowledgements that no crash undoes once the next object is
/// written.
class ArchiveExporter final : public Exporter {
 public:
  /// The clock outlives the exporter.
  ArchiveExporter(std::unique_ptr<ObjectSink>, const Clock&, ArchiveOptions);

  std::string_view name() const override { return options_.origin.exporter; }
  stream::Destination destination() const override { return stream::Destination::stream; }
  net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record> records) override;
  SteadyTime settle_due() const override;
  net::Task<Outcome> settle() override;
  void stop() override { sink_->stop(); }

 private:
  struct Object {
    std::string key;
    SteadyTime begun;
    std::size_t size = 0;  ///< of its text
    GzipWriter gzip = {};
    std::string bytes = {};  ///< all of it, once it has ended
  };

  Outcome take(const stream::Record&);

  std::unique_ptr<ObjectSink> sink_;
  const Clock& clock_;
  ArchiveOptions options_;
  std::optional<Object> object_;
};

}  // namespace m2c2::exporters
