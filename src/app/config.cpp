// The configuration file: a table of keys, read and written by the same rows.
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <variant>
#include <vector>

#include "disk/atomic_file.hpp"

namespace m2c2::app {
namespace {

using Setting = std::variant<std::string*, std::int64_t*>;

struct Key {
  std::string_view table;
  std::string_view name;
  std::string_view comment;
  Setting (*setting)(Config&);
};

constexpr std::array kKeys{
    Key{"gateway", "group-id", "the guide's gg-group-id: jobs of this group run here",
        [](Config& c) -> Setting { return &c.gateway.group_id; }},
    Key{"gateway", "data-dir", "folder of this gateway's job files",
        [](Config& c) -> Setting { return &c.gateway.data_dir; }},
    Key{"broker", "url",
        "mqtt://host:1883 or mqtts://host:8883; empty: m2c2 up starts a mosquitto of its own on loopback",
        [](Config& c) -> Setting { return &c.broker.url; }},
    Key{"broker", "port", "port of that mosquitto on 127.0.0.1", [](Config& c) -> Setting { return &c.broker.port; }},
    Key{"broker", "ca-file", "for mqtts: whom to trust; empty: the system's certificates",
        [](Config& c) -> Setting { return &c.broker.ca_file; }},
    Key{"broker", "cert-file", "X.509 certificate of this client",
        [](Config& c) -> Setting { return &c.broker.cert_file; }},
    Key{"broker", "key-file", "its private key", [](Config& c) -> Setting { return &c.broker.key_file; }},
    Key{"broker", "publish-rate", "telemetry messages a second, 0 = no limit; AWS IoT Core takes 100 a connection",
        [](Config& c) -> Setting { return &c.broker.publish_rate; }},
    Key{"broker", "window",
        "telemetry messages under way without acknowledgement; answers have 50 of their own, and AWS IoT Core takes "
        "100 in all",
        [](Config& c) -> Setting { return &c.broker.window; }},
    Key{"stream", "max-size", "telemetry held while a destination is away",
        [](Config& c) -> Setting { return &c.stream.max_size; }},
    Key{"stream", "on-full", "\"overwrite-oldest\" or \"reject-new\"",
        [](Config& c) -> Setting { return &c.stream.on_full; }},
    Key{"stream", "persistence", "\"memory\": lost when the gateway stops",
        [](Config& c) -> Setting { return &c.stream.persistence; }},
    Key{"builder", "store", "where jobs are kept: sqlite:<path>; empty: jobs.db in the data-dir",
        [](Config& c) -> Setting { return &c.builder.store; }},
    Key{"builder", "default-group-id", "group of requests that name none; empty: the gateway's group-id",
        [](Config& c) -> Setting { return &c.builder.default_group_id; }},
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

std::string full_name(const Key& key) { return fmt::format("[{}] {}", key.table, key.name); }

std::unexpected<Error> unknown_key(std::string_view where, std::string_view table, std::string_view name) {
  const auto distance = [&](const Key& key) { return edit_distance(key.table, table) + edit_distance(key.name, name); };
  const Key& nearest = *std::ranges::min_element(kKeys, {}, distance);
  return fail(std::make_error_code(std::errc::invalid_argument),
              fmt::format("{}: unknown key [{}] {}; did you mean {}?", where, table, name, full_name(nearest)));
}

Result<> set(Config& config, const Key& key, const toml::node& node, std::string_view where) {
  const Setting setting = key.setting(config);
  if (auto* text = std::get_if<std::string*>(&setting); text && node.is_string()) {
    **text = node.as_string()->get();
    return {};
  }
  if (auto* number = std::get_if<std::int64_t*>(&setting); number && node.is_integer()) {
    **number = node.as_integer()->get();
    return {};
  }
  return fail(std::make_error_code(std::errc::invalid_argument),
              fmt::format("{}: {} must be {}", where, full_name(key),
                          setting.index() == 0 ? "a text in quotes" : "a whole number"));
}

Result<> apply(Config& config, const toml::table& file, const std::string& path) {
  for (const auto& [table_name, table_node] : file) {
    const toml::table* table = table_node.as_table();
    if (!table) return unknown_key(path, table_name.str(), "");
    for (const auto& [key_name, node] : *table) {
      const auto where = fmt::format("{}:{}", path, node.source().begin.line);
      const std::string_view in = table_name.str(), name = key_name.str();
      const auto known = std::ranges::find_if(kKeys, [&](const Key& k) { return k.table == in && k.name == name; });
      if (known == kKeys.end()) return unknown_key(where, in, name);
      if (auto done = set(config, *known, node, where); !done) return done;
    }
  }
  return {};
}

void fill_in(Config& config) {
  if (config.builder.store.empty()) config.builder.store = fmt::format("sqlite:{}/jobs.db", config.gateway.data_dir);
  if (config.builder.default_group_id.empty()) config.builder.default_group_id = config.gateway.group_id;
}

Result<> check(const Config& config, const std::string& path) {
  const auto invalid = [&](std::string_view what) {
    return fail(std::make_error_code(std::errc::invalid_argument), fmt::format("{}: {}", path, what));
  };
  if (const auto size = parse_size(config.stream.max_size); !size)
    return invalid("[stream] max-size: " + size.error().text);
  if (const auto policy = parse_on_full(config.stream.on_full); !policy) return invalid(policy.error().text);
  if (config.stream.persistence != "memory")
    return invalid(fmt::format("[stream] persistence = \"{}\": this version keeps the stream in \"memory\"",
                               config.stream.persistence));
  if (!config.builder.store.starts_with("sqlite:") || config.builder.store.size() == 7)
    return invalid(fmt::format("[builder] store = \"{}\": give sqlite:<path of the file>", config.builder.store));
  if (config.broker.port < 1 || config.broker.port > 65535) return invalid("[broker] port must be from 1 to 65535");
  if (config.broker.publish_rate < 0) return invalid("[broker] publish-rate must be 0 or more");
  if (config.broker.window < 1) return invalid("[broker] window must be 1 or more");
  if (config.broker.cert_file.empty() != config.broker.key_file.empty())
    return invalid("[broker] cert-file and key-file go together");
  return {};
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& path) {
  Config config;
  try {
    if (auto applied = apply(config, toml::parse(text, path), path); !applied) return std::unexpected{applied.error()};
  } catch (const toml::parse_error& error) {
    return fail(std::make_error_code(std::errc::invalid_argument),
                fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  fill_in(config);
  if (auto fine = check(config, path); !fine) return std::unexpected{fine.error()};
  return config;
}

Result<Config> load_config(const std::string& path) {
  if (path.empty()) return parse_config("", "defaults");
  constexpr std::size_t kMostConfigBytes = 1024 * 1024;
  const auto text = disk::read_whole_file(path, kMostConfigBytes);
  if (!text) return std::unexpected{text.error()};
  return parse_config(*text, path);
}

std::string default_config() {
  Config config;
  std::string out = "# Configuration of m2c2. Every key may be left out; these are the defaults.\n";
  std::string_view table;
  for (const Key& key : kKeys) {
    if (std::exchange(table, key.table) != key.table) out += fmt::format("\n[{}]\n", key.table);
    const Setting setting = key.setting(config);
    const std::string value =
        setting.index() == 0 ? fmt::format("\"{}\"", *std::get<0>(setting)) : fmt::format("{}", *std::get<1>(setting));
    out += fmt::format("{} = {}  # {}\n", key.name, value, key.comment);
  }
  return out;
}

}  // namespace m2c2::app
