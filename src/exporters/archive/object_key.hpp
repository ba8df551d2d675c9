// What an object of the archive is called (docs/formats/archive.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "stream/record.hpp"

namespace m2c2::exporters {

/// Where the records of an object come from.
struct ObjectOrigin {
  std::string exporter = "archive";
  std::string stream_name = "m2c2-stream";
  std::string stream_id;  ///< Stream::id()
};

/// `YYYY/MM/DD/HH/<stream name>-1-YYYY-MM-DD-HH-MM-SS-<uuid>.gz`, UTC, as Firehose names its objects: when the first
/// record was finished, and a UUID (RFC 9562, version 8) that is for ever the same for the same first record.
std::string object_key(const ObjectOrigin&, const stream::Record& first);

}  // namespace m2c2::exporters
