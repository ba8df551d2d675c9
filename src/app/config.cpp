// The configuration file: a table of keys, read and written by the same rows.
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <numeric>
#include <variant>
#include <vector>

#include "disk/atomic_file.hpp"

namespace m2c2::app {
namespace {

constexpr std::uint64_t kMostFlushBytes = std::uint64_t{128} << 20;  // Firehose's too; an object is made in memory

std::unexpected<Error> invalid(std::string text) {
  return fail(std::make_error_code(std::errc::invalid_argument), std::move(text));
}

using Setting = std::variant<std::string*, std::int64_t*>;

template <class Target>
struct Key {
  std::string_view table;
  std::string_view name;
  std::string_view comment;
  Setting (*setting)(Target&);
};

constexpr std::array kKeys{
    Key<Config>{"gateway", "group-id", "the guide's gg-group-id: jobs of this group run here",
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
    Key<Config>{"builder", "store", "where jobs are kept: sqlite:<path>; empty: jobs.db in the data-dir",
                [](Config& c) -> Setting { return &c.builder.store; }},
    Key<Config>{"builder", "default-group-id", "group of requests that name none; empty: the gateway's group-id",
                [](Config& c) -> Setting { return &c.builder.default_group_id; }},
};

using Exporter = Config::Exporter;
constexpr std::array kExporterKeys{
    Key<Exporter>{"exporter", "kind", "\"archive\": gzip files of newline-delimited JSON",
                  [](Exporter& e) -> Setting { return &e.kind; }},
    Key<Exporter>{"exporter", "name", "its name in the status, and of its place in the stream; empty: its kind",
                  [](Exporter& e) -> Setting { return &e.name; }},
    Key<Exporter>{"exporter", "path", "archive: folder of the files; empty: one of its name in the data-dir",
                  [](Exporter& e) -> Setting { return &e.path; }},
    Key<Exporter>{"exporter", "flush-interval", "archive: a file is finished after this time …",
                  [](Exporter& e) -> Setting { return &e.flush_interval; }},
    Key<Exporter>{"exporter", "flush-size", "archive: … or with this much JSON in it, whichever comes first",
                  [](Exporter& e) -> Setting { return &e.flush_size; }},
    Key<Exporter>{"exporter", "stream-name", "archive: what the names of its files begin with",
                  [](Exporter& e) -> Setting { return &e.stream_name; }},
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

template <class Target>
std::string full_name(const Key<Target>& key) {
  return fmt::format("[{}] {}", key.table, key.name);
}

std::unexpected<Error> unknown_key(std::string_view where, std::string_view table, std::string_view name) {
  std::string nearest;
  std::size_t least = std::string::npos;
  const auto compare = [&](const auto& key) {
    const std::size_t distance = edit_distance(key.table, table) + edit_distance(key.name, name);
    if (distance >= least) return;
    least = distance;
    nearest = full_name(key);
  };
  std::ranges::for_each(kKeys, compare);
  std::ranges::for_each(kExporterKeys, compare);
  return invalid(fmt::format("{}: unknown key [{}] {}; did you mean {}?", where, table, name, nearest));
}

template <class Target>
Result<> set(Target& target, const Key<Target>& key, const toml::node& node, std::string_view where) {
  const Setting setting = key.setting(target);
  if (auto* text = std::get_if<std::string*>(&setting); text && node.is_string()) {
    **text = node.as_string()->get();
    return {};
  }
  if (auto* number = std::get_if<std::int64_t*>(&setting); number && node.is_integer()) {
    **number = node.as_integer()->get();
    return {};
  }
  return invalid(fmt::format("{}: {} must be {}", where, full_name(key),
                             setting.index() == 0 ? "a text in quotes" : "a whole number"));
}

/// The keys of one table of the file.
template <class Target, std::size_t N>
Result<> apply(Target& target, const std::array<Key<Target>, N>& keys, std::string_view in, const toml::table& table,
               const std::string& path) {
  for (const auto& [key_name, node] : table) {
    const auto where = fmt::format("{}:{}", path, node.source().begin.line);
    const std::string_view name = key_name.str();
    const auto known = std::ranges::find_if(keys, [&](const auto& k) { return k.table == in && k.name == name; });
    if (known == keys.end()) return unknown_key(where, in, name);
    if (auto done = set(target, *known, node, where); !done) return done;
  }
  return {};
}

Result<> apply_exporters(Config& config, const toml::node& node, const std::string& path) {
  const toml::array* tables = node.as_array();
  const auto no_tables = [&](const toml::node& at) {
    return invalid(fmt::format("{}:{}: write [[exporter]], with two brackets: there may be several", path,
                               at.source().begin.line));
  };
  if (!tables) return no_tables(node);
  for (const toml::node& each : *tables) {
    const toml::table* table = each.as_table();
    if (!table) return no_tables(each);
    if (auto done = apply(config.exporters.emplace_back(), kExporterKeys, "exporter", *table, path); !done) return done;
  }
  return {};
}

Result<> apply(Config& config, const toml::table& file, const std::string& path) {
  for (const auto& [table_name, node] : file) {
    const std::string_view in = table_name.str();
    const toml::table* table = node.as_table();
    if (in != "exporter" && !table) return unknown_key(path, in, "");
    auto done = in == "exporter" ? apply_exporters(config, node, path) : apply(config, kKeys, in, *table, path);
    if (!done) return done;
  }
  return {};
}

void fill_in(Config& config) {
  if (config.builder.store.empty()) config.builder.store = fmt::format("sqlite:{}/jobs.db", config.gateway.data_dir);
  if (config.builder.default_group_id.empty()) config.builder.default_group_id = config.gateway.group_id;
  if (config.exporters.empty()) config.exporters.push_back({.kind = "archive"});
  for (Exporter& exporter : config.exporters) {
    if (exporter.name.empty()) exporter.name = exporter.kind;
    if (exporter.kind == "archive" && exporter.path.empty())
      exporter.path = (std::filesystem::path{config.gateway.data_dir} / exporter.name).string();
  }
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

Result<> check_exporters(const Config& config, const std::string& path) {
  std::vector<std::string_view> names{"topic"};
  for (const Exporter& exporter : config.exporters) {
    const auto wrong = [&](std::string_view what) {
      return invalid(fmt::format("{}: [[exporter]] {}: {}", path, exporter.name, what));
    };
    if (exporter.kind != "archive") return wrong(fmt::format("kind = \"{}\": give \"archive\"", exporter.kind));
    if (!is_exporter_name(exporter.name)) return wrong("a name is 1 to 64 of the characters a-z, 0-9 and -");
    if (std::ranges::find(names, exporter.name) != names.end()) return wrong("the name is taken; give it another");
    names.push_back(exporter.name);
    if (!is_stream_name(exporter.stream_name))
      return wrong(
          fmt::format("stream-name = \"{}\": give 1 to 128 of a-z, A-Z, 0-9, . _ and -", exporter.stream_name));
    if (const auto interval = parse_duration(exporter.flush_interval); !interval || *interval <= Duration::zero())
      return wrong(fmt::format("flush-interval = \"{}\": give a time such as 300s", exporter.flush_interval));
    if (const auto size = parse_size(exporter.flush_size); !size || *size == 0 || *size > kMostFlushBytes)
      return wrong(fmt::format("flush-size = \"{}\": give a size up to 128 MiB such as 5 MiB", exporter.flush_size));
  }
  return {};
}

Result<> check(const Config& config, const std::string& path) {
  const auto wrong = [&](std::string_view what) { return invalid(fmt::format("{}: {}", path, what)); };
  if (const auto size = parse_size(config.stream.max_size); !size)
    return wrong("[stream] max-size: " + size.error().text);
  if (const auto policy = parse_on_full(config.stream.on_full); !policy) return wrong(policy.error().text);
  if (config.stream.persistence != "file" && config.stream.persistence != "memory")
    return wrong(fmt::format("[stream] persistence = \"{}\": give \"file\" or \"memory\"", config.stream.persistence));
  if (!config.builder.store.starts_with("sqlite:") || config.builder.store.size() == 7)
    return wrong(fmt::format("[builder] store = \"{}\": give sqlite:<path of the file>", config.builder.store));
  if (config.broker.port < 1 || config.broker.port > 65535) return wrong("[broker] port must be from 1 to 65535");
  if (config.broker.publish_rate < 0) return wrong("[broker] publish-rate must be 0 or more");
  if (config.broker.window < 1) return wrong("[broker] window must be 1 or more");
  if (config.broker.cert_file.empty() != config.broker.key_file.empty())
    return wrong("[broker] cert-file and key-file go together");
  return check_exporters(config, path);
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& path) {
  Config config;
  try {
    if (auto applied = apply(config, toml::parse(text, path), path); !applied) return std::unexpected{applied.error()};
  } catch (const toml::parse_error& error) {
    return invalid(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
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

namespace {

template <class Target>
void append_key(std::string& out, Target& target, const Key<Target>& key, std::string_view mark = {}) {
  const Setting setting = key.setting(target);
  const std::string value =
      setting.index() == 0 ? fmt::format("\"{}\"", *std::get<0>(setting)) : fmt::format("{}", *std::get<1>(setting));
  out += fmt::format("{}{} = {}  # {}\n", mark, key.name, value, key.comment);
}

}  // namespace

std::string default_config() {
  Config config;
  std::string out = "# Configuration of m2c2. Every key may be left out; these are the defaults.\n";
  std::string_view table;
  for (const auto& key : kKeys) {
    if (std::exchange(table, key.table) != key.table) out += fmt::format("\n[{}]\n", key.table);
    append_key(out, config, key);
  }
  out +=
      "\n# What jobs send to the stream goes to each exporter, at its own pace; there may be several.\n"
      "# Without any it is one archive:\n# [[exporter]]\n";
  Exporter archive{.kind = "archive"};
  for (const auto& key : kExporterKeys) append_key(out, archive, key, "# ");
  return out;
}

}  // namespace m2c2::app
