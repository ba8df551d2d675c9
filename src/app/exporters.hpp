// The kinds of exporters that this program has: a row each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "app/aws.hpp"
#include "app/config.hpp"
#include "exporters/archive/object_sink.hpp"
#include "exporters/exporter.hpp"
#include "net/loop.hpp"

namespace m2c2::app {

/// What make_exporter() needs of a gateway.
struct ExporterSurroundings {
  const Config& config;
  net::EventLoop& loop;
  const std::string& stream_id;
};

/// Objects of the archive in a folder, or in a bucket where the path is s3://bucket/prefix. The loop outlives it.
std::unique_ptr<exporters::ObjectSink> make_sink(const std::string& path, const std::string& kms_key_id,
                                                 const Config::Aws&, net::Loop&, AwsPatience patience = {});

/// Whether each exporter of the configuration can be made. An error names it, the key and the remedy.
Result<> check_exporters(const Config&);
/// One exporter of a configuration that was checked.
std::unique_ptr<exporters::Exporter> make_exporter(const Config::Exporter&, const ExporterSurroundings&);

}  // namespace m2c2::app
