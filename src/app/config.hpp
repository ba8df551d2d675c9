// The configuration: one TOML file for every role, every key with a default.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "mqtt/client.hpp"
#include "stream/stream.hpp"

namespace m2c2::app {

struct Config {
  struct Gateway {
    std::string group_id = "factory-1";
    std::string data_dir = "m2c2-data";
  } gateway;
  struct Broker {
    std::string url;
    std::int64_t port = 1883;
    std::string ca_file, cert_file, key_file;
    std::int64_t publish_rate = 0;
    std::int64_t window = 50;
  } broker;
  struct Stream {
    std::string max_size = "5 GiB";
    std::string on_full = "overwrite-oldest";
    std::string persistence = "file";
  } stream;
  struct Aws {
    std::string region;
    std::string credentials_endpoint, role_alias, thing_name;
    std::string cert_file, key_file;  // empty: the broker's
    std::string ca_file;
    std::string kinesis_endpoint, s3_endpoint, dynamodb_endpoint;
  } aws;
  using Texts = std::vector<std::pair<std::string, std::string>>;
  struct Exporter {
    std::string kind;
    std::string name = {};            // empty: its kind
    std::string path = {};            // empty: a folder of its name in the data-dir
    std::string flush_interval = {};  // empty: 300s of an archive, 1s of kinesis
    std::string flush_size = "5 MiB";
    std::string stream_name = "m2c2-stream";
    std::string kms_key_id = {};
    std::string record_size = "256 KiB";
    std::string brokers = {};
    std::string topic = {};
    Texts properties = {};
  };
  std::vector<Exporter> exporters;  // none: an archive with these defaults
  struct Builder {
    std::string store;             // empty: in the data-dir
    std::string default_group_id;  // empty: the gateway's
    bool shared = false;
  } builder;
};

/// The defaults when `path` is empty. What is empty and follows from another key is filled in. An error names the file,
/// the line, the key and the remedy.
Result<Config> load_config(const std::string& path);
Result<Config> parse_config(std::string_view toml, const std::string& path);

/// The whole configuration with its defaults and a comment a key, as a TOML file to begin with.
std::string default_config();

/// From [broker]; `fallback_url` where the operator gave none. The client id is for the caller to set.
Result<mqtt::Options> broker_options(const Config&, const std::string& fallback_url);
/// A broker's URL without user and password, for logs and errors.
std::string without_secrets(const std::string& url);
/// "5 GiB", "64 MiB", "1000000" in bytes.
Result<std::uint64_t> parse_size(std::string_view text);
/// "300s", "5 min", "500 ms".
Result<Duration> parse_duration(std::string_view text);
Result<stream::OnFull> parse_on_full(std::string_view text);

}  // namespace m2c2::app
