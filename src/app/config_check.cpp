// What a configuration must be to be carried out.
// SPDX-License-Identifier: Apache-2.0
#include "app/config_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/url.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "app/config_keys.hpp"
#include "app/errors.hpp"
#include "base/foreign_text.hpp"
#include "job/names.hpp"

namespace m2c2::app {
namespace {

using Exporter = Config::Exporter;

constexpr std::uint64_t kMostFlushBytes = std::uint64_t{128} << 20;  // Firehose's too; an object is made in memory
constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 20;   // a Kinesis record, its partition key included
constexpr std::uint64_t kLeastStreamBytes = std::uint64_t{64} << 10;
constexpr std::int64_t kMostPublishRate = 1'000'000;
constexpr std::int64_t kMostWindow = 65'535;  // MQTT has no more packet identifiers
constexpr std::string_view kS3 = "s3://";

std::string environment_region() {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (const char* region = std::getenv(name); region && *region) return region;
  return {};
}

/// Both become names of files.
bool is_exporter_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}
bool is_stream_name(std::string_view name) {
  const auto is_fit = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 128 && name[0] != '.' && std::ranges::all_of(name, is_fit);
}

/// Of S3: 3 to 63 of a-z, 0-9, . and -.
bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == name.npos;
}
std::string fault_of_path(std::string_view path) {
  const std::size_t scheme = path.find("://");
  if (path.contains('\0')) return "path is none: leave out what is no character";
  if (scheme == path.npos) return {};
  const std::string_view rest = path.substr(scheme + 3);
  if (!path.starts_with(kS3) || !is_bucket(rest.substr(0, rest.find('/'))))
    return fmt::format("path = \"{}\": give a folder, or s3://bucket/prefix", foreign_text(path));
  return {};
}

/// Why the exporter cannot be made; empty when it can.
std::string fault_of_archive(const Exporter& exporter) {
  if (const auto size = parse_size(exporter.flush_size); !size || *size == 0 || *size > kMostFlushBytes)
    return fmt::format("flush-size = \"{}\": give a size up to 128 MiB such as 5 MiB", exporter.flush_size);
  if (std::string fault = fault_of_path(exporter.path); !fault.empty()) return fault;
  if (!exporter.kms_key_id.empty() && !exporter.path.starts_with(kS3))
    return "kms-key-id is for a path that begins with s3://";
  return {};
}
std::string fault_of_kinesis(const Exporter& exporter) {
  if (const auto size = parse_size(exporter.record_size); !size || *size == 0 || *size > kMostRecordBytes)
    return fmt::format("record-size = \"{}\": give a size up to 1 MiB such as 256 KiB", exporter.record_size);
  return {};
}
std::string fault_of_kafka(const Exporter& exporter) {
  if (exporter.brokers.empty()) return "brokers is missing: give host:port of one broker or more";
  if (exporter.topic.empty()) return "topic is missing";
  return {};
}
struct Kind {
  std::string_view name;
  std::string_view flush_interval;  ///< where none is given
  std::string (*fault)(const Exporter&);
};
constexpr std::array kKinds{
    Kind{"archive", "300s", fault_of_archive},
    Kind{"kinesis", "1s", fault_of_kinesis},
    Kind{"kafka", "1s", fault_of_kafka},
};
const Kind* kind_of(const Exporter& exporter) {
  const auto found = std::ranges::find(kKinds, exporter.kind, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

std::string fault_of(const Exporter& exporter) {
  const Kind* kind = kind_of(exporter);
  if (!kind) return fmt::format("kind = \"{}\": give \"{}\"", exporter.kind, fmt::join(exporter_kinds(), "\" or \""));
  if (!is_exporter_name(exporter.name)) return "a name is 1 to 64 of the characters a-z, 0-9 and -";
  if (!is_stream_name(exporter.stream_name))
    return fmt::format("stream-name = \"{}\": give 1 to 128 of a-z, A-Z, 0-9, . _ and -", exporter.stream_name);
  if (const auto interval = parse_duration(exporter.flush_interval); !interval || *interval <= Duration::zero())
    return fmt::format("flush-interval = \"{}\": give a time such as 300s", exporter.flush_interval);
  return kind->fault(exporter);
}

Result<> check_exporters(const Config& config, const std::string& path) {
  std::vector<std::string_view> names{"topic"};
  for (const Exporter& exporter : config.exporters) {
    std::string fault = fault_of(exporter);
    if (std::ranges::find(names, exporter.name) != names.end()) fault = "the name is taken; give it another";
    if (!fault.empty()) return invalid(fmt::format("{}: [[exporter]] {}: {}", path, exporter.name, fault));
    names.push_back(exporter.name);
  }
  return {};
}

bool needs_aws(const Config& config) {
  return config.builder.store.starts_with("dynamodb:") || std::ranges::any_of(config.exporters, [](const Exporter& e) {
           return e.kind == "kinesis" || (e.kind == "archive" && e.path.starts_with(kS3));
         });
}

bool is_endpoint(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  return parsed && (parsed->scheme() == "http" || parsed->scheme() == "https") && !parsed->host().empty() &&
         !parsed->has_userinfo();
}

std::string fault_of_endpoints(const Config::Aws& aws) {
  const std::array<std::pair<std::string_view, const std::string*>, 3> endpoints{
      {{"kinesis", &aws.kinesis_endpoint}, {"s3", &aws.s3_endpoint}, {"dynamodb", &aws.dynamodb_endpoint}}};
  for (const auto& [service, url] : endpoints)
    if (!url->empty() && !is_endpoint(*url))
      return fmt::format("[aws] {}-endpoint: give a URL such as https://{}.example, without a user", service, service);
  if (aws.credentials_endpoint.contains("://") && !aws.credentials_endpoint.starts_with("https://"))
    return fmt::format("[aws] credentials-endpoint = \"{}\": give its host, or https://host:port",
                       aws.credentials_endpoint);
  return {};
}

std::string fault_of_aws(const Config& config) {
  const Config::Aws& aws = config.aws;
  if (std::string fault = fault_of_endpoints(aws); !fault.empty()) return fault;
  if (!needs_aws(config)) return {};
  if (aws.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
    return "[aws] region is none: give one such as eu-central-1";
  if (aws.region.empty()) return "[aws] region is missing: give one such as eu-central-1, or set AWS_REGION";
  if (aws.cert_file.empty() != aws.key_file.empty()) return "[aws] cert-file and key-file go together";
  if (aws.credentials_endpoint.empty()) return {};
  if (aws.role_alias.empty())
    return "[aws] role-alias is missing: credentials-endpoint gives the credentials of a role";
  if (aws.cert_file.empty())
    return "[aws] cert-file is missing: credentials-endpoint gives credentials for a certificate";
  return {};
}

bool is_store(std::string_view store) {
  for (const std::string_view scheme : {"sqlite:", "dynamodb:"})
    if (store.starts_with(scheme) && store.size() > scheme.size()) return true;
  return false;
}

std::string fault_of_groups(const Config& config) {
  for (const auto& [key, group] : {std::pair{"[gateway] group-id", &config.gateway.group_id},
                                   std::pair{"[builder] default-group-id", &config.builder.default_group_id}})
    if (const auto fault = job::fault_in_group(*group))
      return fmt::format("{} = \"{}\" {}", key, foreign_text(*group), *fault);
  return {};
}

std::string fault_of(const Config& config) {
  if (std::string fault = fault_of_groups(config); !fault.empty()) return fault;
  if (config.gateway.data_dir.empty() || config.gateway.data_dir.contains('\0'))
    return "[gateway] data-dir is no path: give a folder";
  if (const auto size = parse_size(config.stream.max_size); !size) return "[stream] max-size: " + size.error().text;
  else if (*size < kLeastStreamBytes)
    return fmt::format("[stream] max-size = \"{}\": give 64 KiB or more", config.stream.max_size);
  if (const auto policy = parse_on_full(config.stream.on_full); !policy) return policy.error().text;
  if (config.stream.persistence != "file" && config.stream.persistence != "memory")
    return fmt::format("[stream] persistence = \"{}\": give \"file\" or \"memory\"", config.stream.persistence);
  if (!is_store(config.builder.store))
    return fmt::format("[builder] store = \"{}\": give sqlite:<path of the file> or dynamodb:<table>",
                       config.builder.store);
  if (config.broker.port < 1 || config.broker.port > 65535) return "[broker] port must be from 1 to 65535";
  if (config.broker.publish_rate < 0 || config.broker.publish_rate > kMostPublishRate)
    return fmt::format("[broker] publish-rate must be from 0 to {}", kMostPublishRate);
  if (config.broker.window < 1 || config.broker.window > kMostWindow)
    return fmt::format("[broker] window must be from 1 to {}", kMostWindow);
  if (config.broker.cert_file.empty() != config.broker.key_file.empty())
    return "[broker] cert-file and key-file go together";
  return fault_of_aws(config);
}

}  // namespace

std::vector<std::string_view> exporter_kinds() {
  std::vector<std::string_view> names;
  names.reserve(kKinds.size());
  for (const Kind& kind : kKinds) names.push_back(kind.name);
  return names;
}

void fill_in(Config::Exporter& exporter) {
  if (exporter.name.empty()) exporter.name = exporter.kind;
  const Kind* kind = kind_of(exporter);
  if (kind && exporter.flush_interval.empty()) exporter.flush_interval = kind->flush_interval;
}

void fill_in(Config& config) {
  if (config.builder.store.empty()) config.builder.store = fmt::format("sqlite:{}/jobs.db", config.gateway.data_dir);
  if (config.builder.default_group_id.empty()) config.builder.default_group_id = config.gateway.group_id;
  if (config.aws.region.empty()) config.aws.region = environment_region();
  if (config.aws.cert_file.empty() && config.aws.key_file.empty()) {
    config.aws.cert_file = config.broker.cert_file;
    config.aws.key_file = config.broker.key_file;
  }
  if (config.exporters.empty()) config.exporters.push_back({.kind = "archive"});
  for (Exporter& exporter : config.exporters) {
    fill_in(exporter);
    if (exporter.kind == "archive" && exporter.path.empty())
      exporter.path = (std::filesystem::path{config.gateway.data_dir} / exporter.name).string();
  }
}

Result<> check(const Config& config, const std::string& path) {
  if (std::string fault = fault_of(config); !fault.empty()) return invalid(fmt::format("{}: {}", path, fault));
  return check_exporters(config, path);
}

}  // namespace m2c2::app
