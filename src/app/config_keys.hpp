// The keys of the configuration file: a row each, for reading, for writing and for the errors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "app/config.hpp"

namespace m2c2::app {

using Setting = std::variant<std::string*, std::int64_t*, bool*, Config::Texts*>;

template <class Target>
struct Key {
  std::string_view table;
  std::string_view name;
  std::string_view comment;
  Setting (*setting)(Target&);
  std::string_view kinds = {};  ///< of exporters that have it, in words; empty: all
};

inline constexpr std::array kKeys{
    Key<Config>{"gateway", "group-id", "the gg-group-id of the jobs that run here; each gateway needs one of its own",
                [](Config& c) -> Setting { return &c.gateway.group_id; }},
    Key<Config>{"gateway", "data-dir", "folder of this gateway's job files and its stream",
                [](Config& c) -> Setting { return &c.gateway.data_dir; }},
    Key<Config>{"broker", "url",
                "mqtt://host:1883 or mqtts://host:8883; empty: m2c2 up starts a mosquitto of its own on loopback",
                [](Config& c) -> Setting { return &c.broker.url; }},
    Key<Config>{"broker", "port", "port of that mosquitto on 127.0.0.1",
                [](Config& c) -> Setting { return &c.broker.port; }},
    Key<Config>{"broker", "ca-file", "for mqtts: whom to trust; empty: the system's certificates",
                [](Config& c) -> Setting { return &c.broker.ca_file; }},
    Key<Config>{"broker", "cert-file", "X.509 certificate of this client",
                [](Config& c) -> Setting { return &c.broker.cert_file; }},
    Key<Config>{"broker", "key-file", "its private key", [](Config& c) -> Setting { return &c.broker.key_file; }},
    Key<Config>{"broker", "publish-rate",
                "telemetry messages a second, 0 = no limit; AWS IoT Core takes 100 a connection",
                [](Config& c) -> Setting { return &c.broker.publish_rate; }},
    Key<Config>{
        "broker", "window",
        "telemetry messages under way without acknowledgement; answers have 50 of their own, and AWS IoT Core takes "
        "100 in all",
        [](Config& c) -> Setting { return &c.broker.window; }},
    Key<Config>{"stream", "max-size", "telemetry held while a destination is away",
                [](Config& c) -> Setting { return &c.stream.max_size; }},
    Key<Config>{"stream", "on-full", "\"overwrite-oldest\" or \"reject-new\"",
                [](Config& c) -> Setting { return &c.stream.on_full; }},
    Key<Config>{"stream", "persistence",
                "\"file\": in the data-dir, through kill and power cut; \"memory\": lost when the gateway stops",
                [](Config& c) -> Setting { return &c.stream.persistence; }},
    Key<Config>{"builder", "store",
                "where jobs are kept: sqlite:<path>, or dynamodb:<table>; empty: jobs.db in the data-dir",
                [](Config& c) -> Setting { return &c.builder.store; }},
    Key<Config>{"builder", "default-group-id", "group of requests that name none; empty: the gateway's group-id",
                [](Config& c) -> Setting { return &c.builder.default_group_id; }},
    Key<Config>{"builder", "shared",
                "true on every one of several builders of one store: each request goes to one of those that are there",
                [](Config& c) -> Setting { return &c.builder.shared; }},
    Key<Config>{"aws", "region", "of the services below; empty: AWS_REGION, or else AWS_DEFAULT_REGION",
                [](Config& c) -> Setting { return &c.aws.region; }},
    Key<Config>{
        "aws", "credentials-endpoint",
        "host of the IoT credentials provider, which gives credentials for the certificate; empty: credentials of "
        "the environment, the container or the instance",
        [](Config& c) -> Setting { return &c.aws.credentials_endpoint; }},
    Key<Config>{"aws", "role-alias", "the role that it gives", [](Config& c) -> Setting { return &c.aws.role_alias; }},
    Key<Config>{"aws", "thing-name", "the thing that the certificate is of; may be empty",
                [](Config& c) -> Setting { return &c.aws.thing_name; }},
    Key<Config>{"aws", "cert-file", "that certificate; empty: [broker] cert-file",
                [](Config& c) -> Setting { return &c.aws.cert_file; }},
    Key<Config>{"aws", "key-file", "its private key; empty: [broker] key-file",
                [](Config& c) -> Setting { return &c.aws.key_file; }},
    Key<Config>{"aws", "ca-file", "whom to trust; empty: the system's certificates",
                [](Config& c) -> Setting { return &c.aws.ca_file; }},
    Key<Config>{"aws", "kinesis-endpoint", "https://… of a private link or an emulator; empty: the region's",
                [](Config& c) -> Setting { return &c.aws.kinesis_endpoint; }},
    Key<Config>{"aws", "s3-endpoint", "likewise of S3: the bucket is put into the path",
                [](Config& c) -> Setting { return &c.aws.s3_endpoint; }},
    Key<Config>{"aws", "dynamodb-endpoint", "likewise of DynamoDB",
                [](Config& c) -> Setting { return &c.aws.dynamodb_endpoint; }},
};

inline constexpr std::array kExporterKeys{
    Key<Config::Exporter>{
        "exporter", "kind",
        "\"archive\": gzip files of newline-delimited JSON; \"kinesis\": a Kinesis data stream; \"kafka\"",
        [](Config::Exporter& e) -> Setting { return &e.kind; }},
    Key<Config::Exporter>{"exporter", "name", "its name in the status, and of its place in the stream; empty: its kind",
                          [](Config::Exporter& e) -> Setting { return &e.name; }},
    Key<Config::Exporter>{"exporter", "path",
                          "folder of the files, or s3://bucket/prefix; empty: a folder of its name in the data-dir",
                          [](Config::Exporter& e) -> Setting { return &e.path; }, "archive"},
    Key<Config::Exporter>{"exporter", "flush-interval",
                          "a file is finished, or what was collected for kinesis is sent, after this time …",
                          [](Config::Exporter& e) -> Setting { return &e.flush_interval; }, "archive kinesis"},
    Key<Config::Exporter>{"exporter", "flush-size", "… or with this much JSON in it, whichever comes first",
                          [](Config::Exporter& e) -> Setting { return &e.flush_size; }, "archive"},
    Key<Config::Exporter>{"exporter", "stream-name",
                          "the Kinesis data stream; of an archive, what the names of its files begin with",
                          [](Config::Exporter& e) -> Setting { return &e.stream_name; }, "archive kinesis"},
    Key<Config::Exporter>{"exporter", "kms-key-id",
                          "s3: the key that encrypts the objects; empty: the bucket's own way",
                          [](Config::Exporter& e) -> Setting { return &e.kms_key_id; }, "archive"},
    Key<Config::Exporter>{"exporter", "record-size", "messages of one alias are joined, with newlines, up to this size",
                          [](Config::Exporter& e) -> Setting { return &e.record_size; }, "kinesis"},
    Key<Config::Exporter>{"exporter", "brokers", "host:port of some brokers, with commas between",
                          [](Config::Exporter& e) -> Setting { return &e.brokers; }, "kafka"},
    Key<Config::Exporter>{"exporter", "topic", "that all messages go to, the alias as their key",
                          [](Config::Exporter& e) -> Setting { return &e.topic; }, "kafka"},
    Key<Config::Exporter>{"exporter", "properties",
                          "more of librdkafka's, by their own names: security.protocol, ssl.ca.location, …",
                          [](Config::Exporter& e) -> Setting { return &e.properties; }, "kafka"},
};

}  // namespace m2c2::app
