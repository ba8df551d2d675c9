// m2c2 archive: what a Kafka topic holds, into files or S3, until a signal ends it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace m2c2::app {

struct ArchiveCommand {
  std::string from;     ///< "kafka"
  std::string brokers;  ///< empty: those of the configuration's exporter of kind kafka
  std::string topic;    ///< likewise
  std::string group = "m2c2-archive";
  std::string to;  ///< a folder, or s3://bucket/prefix
  std::string flush_interval = "300s";
  std::string flush_size = "5 MiB";
  std::string kms_key_id;
  std::vector<std::string> properties;  ///< name=value, of librdkafka; they win over that exporter's
  std::string config_file;              ///< for its [aws] and that exporter; empty: the defaults
};

/// The exit status of the program.
int run_archive_command(const ArchiveCommand&);

}  // namespace m2c2::app
