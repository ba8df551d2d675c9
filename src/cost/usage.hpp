// What traffic becomes at each destination, in the units that are billed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cost/traffic.hpp"

namespace m2c2::cost {

inline constexpr double kKB = 1024;
inline constexpr double kGB = kKB * kKB * kKB;

/// What the gateways send to one destination; each has an exporter of its own.
struct Gateway {
  std::string group;
  std::vector<Flow> flows;
};

double messages_a_second(const Gateway&);

/// A month of AWS IoT Core.
struct TopicUsage {
  double messages = 0;
  double bytes = 0;
  double units = 0;  ///< messages as they are billed: one for each 5 KB begun
};
TopicUsage topic_usage(std::span<const Gateway>);

/// How the Kinesis exporter joins messages; see exporters::KinesisOptions.
struct Joining {
  bool joins = true;  ///< false: a record for each message
  std::size_t record_size = std::size_t{256} * 1024;
  Duration flush_interval = std::chrono::seconds{1};
  std::size_t flush_size = std::size_t{2} * 1024 * 1024;
};

/// A month of a data stream, with Firehose behind it and what that puts into S3.
struct StreamUsage {
  double records = 0;
  double bytes = 0;         ///< with partition keys
  double put_units = 0;     ///< 25 KB begun of each record
  double shards = 0;        ///< for 1 MB and 1,000 records a second, on average
  double on_demand_gb = 0;  ///< each record rounded up to 1 KB
  double firehose_gb = 0;   ///< each record rounded up to 5 KB
  double text_gb = 0;       ///< the messages and their newlines
  double objects = 0;       ///< that Firehose makes of 5 MB or 300 s
};
/// An alias's messages of one flush interval are joined up to the record size: interval / time between messages of
/// them, at least one.
StreamUsage stream_usage(std::span<const Gateway>, const Joining&);

/// How an archive makes objects; see exporters::ArchiveOptions.
struct Cutting {
  Duration flush_interval = std::chrono::seconds{300};
  std::size_t flush_size = std::size_t{5} * 1024 * 1024;
};

/// A month of an archive.
struct ArchiveUsage {
  double objects = 0;
  double requests = 0;  ///< PUT and those of multipart uploads
  double text_gb = 0;
  double stored_gb = 0;
};
ArchiveUsage archive_usage(std::span<const Gateway>, const Cutting&, double gzip_ratio);

}  // namespace m2c2::cost
