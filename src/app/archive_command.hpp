// m2c2 archive: what a Kafka topic holds, into files or S3, until a signal ends it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace m2c2::app {

struct ArchiveCommand {
  std::string from;  ///< "kafka"
  std::string brokers;
  std::string topic;
  std::string group = "m2c2-archive";
  std::string to;  ///< a folder, or s3://bucket/prefix
  std::string flush_interval = "300s";
  std::string flush_size = "5 MiB";
  std::vector<std::string> properties;  ///< name=value, of librdkafka
  std::string config_file;              ///< for its [aws]; empty: the defaults
};

/// The exit status of the program.
int run_archive_command(const ArchiveCommand&);

}  // namespace m2c2::app
