// The configuration file: defaults, units, and errors that say where and what to do.
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace m2c2::app {
namespace {

std::string error_of(std::string_view toml) {
  const auto config = parse_config(toml, "m2c2.toml");
  return config ? "" : config.error().text;
}

TEST(Config, TheDefaultFileIsReadAsTheDefaults) {
  const auto config = parse_config(default_config(), "m2c2.toml");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->gateway.group_id, Config{}.gateway.group_id);
  EXPECT_EQ(config->stream.max_size, Config{}.stream.max_size);
}

TEST(Config, AnUnknownKeyNamesTheNearestKnownOne) {
  EXPECT_EQ(error_of("[gateway]\ngroup_id = \"a\"\n"),
            "m2c2.toml:2: unknown key [gateway] group_id; did you mean [gateway] group-id?");
  EXPECT_EQ(error_of("[brokr]\nurl = \"mqtt://a\"\n"),
            "m2c2.toml:2: unknown key [brokr] url; did you mean [broker] url?");
}

TEST(Config, AValueOfTheWrongKindIsToldWithItsLine) {
  EXPECT_EQ(error_of("[broker]\n\npublish-rate = \"fast\"\n"),
            "m2c2.toml:3: [broker] publish-rate must be a whole number");
  EXPECT_EQ(error_of("[broker]\npublish-rate = 4294967296\n"),
            "m2c2.toml: [broker] publish-rate must be from 0 to 1000000");
  EXPECT_EQ(error_of("\n[[gateway]]\n"), "m2c2.toml:2: write [gateway], with one bracket: there is one");
  EXPECT_EQ(error_of("[[exporter]]\nkind = \"kafka\"\n[exporter.properties]\nssl.ca.location = \"x\"\n"),
            "m2c2.toml:3: ssl must be a text in quotes; write a name with a dot in it in quotes too");
}

TEST(Config, WhatIsNotTomlIsToldWithItsLine) { EXPECT_TRUE(error_of("[broker]\nurl = ").starts_with("m2c2.toml:2: ")); }

TEST(Config, WhatCannotBeKeptIsRefused) {
  EXPECT_NE(error_of("[stream]\npersistence = \"paper\"\n"), "");
  EXPECT_NE(error_of("[stream]\nmax-size = \"5 apples\"\n"), "");
  EXPECT_NE(error_of("[builder]\nstore = \"oracle:x\"\n"), "");
  EXPECT_NE(error_of("[stream]\nmax-size = \"1\"\n"), "");
  for (const char* group : {"a/b", "+", "#"})
    EXPECT_NE(error_of(std::string{"[gateway]\ngroup-id = \""} + group + "\"\n").find("[gateway] group-id"),
              std::string::npos);
  EXPECT_NE(error_of("[gateway]\ngroup-id = \"" + std::string(70'000, 'a') + "\"\n"), "");
  EXPECT_NE(error_of("[broker]\nport = 99999\n"), "");
  EXPECT_NE(error_of("[broker]\ncert-file = \"a.pem\"\n"), "");
}

TEST(Config, ExportersAreTablesOfAnArray) {
  const auto config = parse_config(
      "[[exporter]]\nkind = \"archive\"\n[[exporter]]\nkind = \"archive\"\nname = \"nas\"\npath = \"/mnt/nas\"\n"
      "flush-interval = \"5 min\"\n",
      "m2c2.toml");
  ASSERT_TRUE(config) << config.error().text;
  ASSERT_EQ(config->exporters.size(), 2u);
  EXPECT_EQ(config->exporters[0].path, "m2c2-data/archive");
  EXPECT_EQ(config->exporters[1].path, "/mnt/nas");
  EXPECT_EQ(error_of("[exporter]\nkind = \"archive\"\n"),
            "m2c2.toml:1: write [[exporter]], with two brackets: there may be several");
  EXPECT_EQ(error_of("[[exporter]]\nkind = \"archive\"\nfolder = \"/a\"\n").substr(0, 46),
            "m2c2.toml:3: unknown key [exporter] folder; di");
  EXPECT_NE(error_of("[[exporter]]\nkind = \"tape\"\n"), "");
  for (const char* path : {"S3://bucket", "s3://", "s3://a b/c", "ftp://host/a"})
    EXPECT_NE(
        error_of(std::string{"[aws]\nregion = \"r\"\n[[exporter]]\nkind = \"archive\"\npath = \""} + path + "\"\n"), "")
        << path;
  EXPECT_NE(error_of("[[exporter]]\nkind = \"archive\"\n[[exporter]]\nkind = \"archive\"\n"), "");
  EXPECT_NE(error_of("[[exporter]]\nkind = \"archive\"\nname = \"../etc\"\n"), "");
  EXPECT_NE(error_of("[[exporter]]\nkind = \"archive\"\nstream-name = \"../x\"\n"), "");
  EXPECT_NE(error_of("[[exporter]]\nkind = \"archive\"\nflush-size = \"0\"\n"), "");
}

TEST(Config, WithoutExportersThereIsAnArchive) {
  const auto config = parse_config("[gateway]\ndata-dir = \"/data\"\n", "m2c2.toml");
  ASSERT_EQ(config->exporters.size(), 1u);
  EXPECT_EQ(config->exporters[0].path, "/data/archive");
}

TEST(Config, EachKindOfExporterHasKeysOfItsOwn) {
  const auto config = parse_config(
      "[aws]\nregion = \"eu-central-1\"\n"
      "[[exporter]]\nkind = \"kinesis\"\n"
      "[[exporter]]\nkind = \"archive\"\npath = \"s3://plant/raw\"\n"
      "[[exporter]]\nkind = \"kafka\"\nbrokers = \"a:9092\"\ntopic = \"t\"\n"
      "[exporter.properties]\n\"sasl.username\" = \"u\"\n\"linger.ms\" = 5\n",
      "m2c2.toml");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->exporters[0].flush_interval, "1s");
  EXPECT_EQ(config->exporters[1].flush_interval, "300s");
  EXPECT_EQ(config->exporters[2].properties, (Config::Texts{{"linger.ms", "5"}, {"sasl.username", "u"}}));
  EXPECT_EQ(error_of("[[exporter]]\nkind = \"archive\"\nrecord-size = \"1 KiB\"\n"),
            "m2c2.toml:3: [exporter] record-size is a key of kind kinesis, not of archive");
  EXPECT_NE(error_of("[[exporter]]\nkind = \"kafka\"\nbrokers = \"a:9092\"\n"), "");
}

TEST(Config, WhatIsSentToAwsNeedsARegionAndACertificateForARole) {
  ::unsetenv("AWS_REGION");
  ::unsetenv("AWS_DEFAULT_REGION");
  const std::string kinesis = "[[exporter]]\nkind = \"kinesis\"\n";
  EXPECT_EQ(error_of(kinesis), "m2c2.toml: [aws] region is missing: give one such as eu-central-1, or set AWS_REGION");
  const std::string role =
      "[aws]\nregion = \"eu-central-1\"\ncredentials-endpoint = \"c\"\nrole-alias = \"r\"\n" + kinesis;
  EXPECT_NE(error_of(role).find("cert-file is missing"), std::string::npos);
  const auto config = parse_config("[broker]\ncert-file = \"a.pem\"\nkey-file = \"a.key\"\n" + role, "m2c2.toml");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->aws.cert_file, "a.pem");
  EXPECT_NE(error_of("[aws]\ns3-endpoint = \"127.0.0.1:9000\"\n").find("give a URL"), std::string::npos);
  EXPECT_NE(error_of("[aws]\ns3-endpoint = \"http://u:p@host\"\n"), "");
  EXPECT_NE(error_of("[aws]\ncredentials-endpoint = \"http://a\"\n"), "");
}

TEST(Config, ASwitchIsTrueOrFalse) {
  EXPECT_FALSE(parse_config("", "m2c2.toml")->builder.shared);
  EXPECT_TRUE(parse_config("[builder]\nshared = true\n", "m2c2.toml")->builder.shared);
  EXPECT_EQ(error_of("[builder]\nshared = \"yes\"\n"), "m2c2.toml:2: [builder] shared must be true or false");
}

TEST(Duration, HasUnits) {
  EXPECT_EQ(parse_duration("300s").value(), std::chrono::seconds{300});
  EXPECT_EQ(parse_duration("5 min").value(), std::chrono::minutes{5});
  EXPECT_FALSE(parse_duration("300"));
  EXPECT_FALSE(parse_duration("-1s"));
  for (const char* beyond : {"99999999999 h", "3000000 h", "6000000 h", "200000000 min", "9223372036854775 s"})
    EXPECT_FALSE(parse_duration(beyond)) << beyond;
}

TEST(Size, HasUnitsOf1024) {
  EXPECT_EQ(parse_size("1000").value(), 1000u);
  EXPECT_EQ(parse_size("512 KiB").value(), 524288u);
  EXPECT_EQ(parse_size("5GiB").value(), 5368709120u);
  EXPECT_FALSE(parse_size("-1"));
  EXPECT_FALSE(parse_size("GiB"));
  EXPECT_FALSE(parse_size("99999999999999 TiB"));
}

TEST(BrokerUrl, GivesHostPortAndTls) {
  Config config;
  config.broker.url = "mqtts://user:secret@broker.example";
  const auto options = broker_options(config, "").value();
  EXPECT_TRUE(options.tls);
  EXPECT_EQ(options.broker.host, "broker.example");
  EXPECT_EQ(options.broker.port, 8883);
  EXPECT_EQ(options.username, "user");
  EXPECT_EQ(options.password, "secret");
  EXPECT_EQ(without_secrets(config.broker.url), "mqtts://broker.example");
  EXPECT_EQ(without_secrets("user:secret@broker.example:1883"), "broker.example:1883") << "the scheme was forgotten";
  config.broker.url = "mqtt://[::1]:1884";
  EXPECT_EQ(broker_options(config, "")->broker.host, "::1");
  for (const char* wrong : {"broker:1883", "http://a", "mqtt://", "mqtt://a:99999"}) {
    config.broker.url = wrong;
    EXPECT_FALSE(broker_options(config, "")) << wrong;
  }
}

}  // namespace
}  // namespace m2c2::app
