// The configuration file: read and written by the rows of its keys.
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "app/config_check.hpp"
#include "app/config_keys.hpp"
#include "app/errors.hpp"
#include "base/edit_distance.hpp"
#include "disk/atomic_file.hpp"

namespace m2c2::app {
namespace {

template <class Target>
std::string full_name(const Key<Target>& key) {
  return fmt::format("[{}] {}", key.table, key.name);
}

std::unexpected<Error> unknown_key(std::string_view where, std::string_view table, std::string_view name) {
  const auto key = std::ranges::find(kKeys, table, &Key<Config>::name);
  if (name.empty() && key != kKeys.end())
    return invalid(fmt::format("{}: {} stands above all tables; put it below [{}]", where, table, key->table));
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

Result<> set_texts(Config::Texts& texts, const toml::table& table, std::string_view where) {
  for (const auto& [name, node] : table) {
    if (node.is_string()) texts.emplace_back(name.str(), node.as_string()->get());
    else if (node.is_integer()) texts.emplace_back(name.str(), fmt::format("{}", node.as_integer()->get()));
    else if (node.is_boolean()) texts.emplace_back(name.str(), node.as_boolean()->get() ? "true" : "false");
    else
      return invalid(fmt::format("{}: {} must be a text in quotes{}", where, name.str(),
                                 node.is_table() ? "; write a name with a dot in it in quotes too" : ""));
  }
  return {};
}

constexpr std::array<std::string_view, 4> kWanted{"a text in quotes", "a whole number", "true or false",
                                                  "a table of texts in quotes"};

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
  if (auto* flag = std::get_if<bool*>(&setting); flag && node.is_boolean()) {
    **flag = node.as_boolean()->get();
    return {};
  }
  if (auto* texts = std::get_if<Config::Texts*>(&setting); texts && node.is_table())
    return set_texts(**texts, *node.as_table(), where);
  return invalid(fmt::format("{}: {} must be {}", where, full_name(key), kWanted.at(setting.index())));
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

/// A key that another kind has would do nothing.
Result<> check_kinds(std::string_view kind, const toml::table& table, const std::string& path) {
  for (const auto& [name, node] : table) {
    const auto key = std::ranges::find(kExporterKeys, name.str(), &Key<Config::Exporter>::name);
    if (!key->kinds.empty() && !key->kinds.contains(kind))
      return invalid(fmt::format("{}:{}: {} is a key of kind {}, not of {}", path, node.source().begin.line,
                                 full_name(*key), key->kinds, kind));
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
    Config::Exporter& exporter = config.exporters.emplace_back();
    if (auto done = apply(exporter, kExporterKeys, "exporter", *table, path); !done) return done;
    if (auto fit = check_kinds(exporter.kind, *table, path); !fit) return fit;
  }
  return {};
}

Result<> apply(Config& config, const toml::table& file, const std::string& path) {
  for (const auto& [table_name, node] : file) {
    const std::string_view in = table_name.str();
    const toml::table* table = node.as_table();
    if (in != "exporter" && node.is_array_of_tables() &&
        std::ranges::find(kKeys, in, &Key<Config>::table) != kKeys.end())
      return invalid(
          fmt::format("{}:{}: write [{}], with one bracket: there is one", path, node.source().begin.line, in));
    if (in != "exporter" && !table) return unknown_key(path, in, "");
    auto done = in == "exporter" ? apply_exporters(config, node, path) : apply(config, kKeys, in, *table, path);
    if (!done) return done;
  }
  return {};
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& path) {
  Config config;
  try {
    if (auto applied = apply(config, toml::parse(text, path), path); !applied) return std::unexpected{applied.error()};
  } catch (const toml::parse_error& error) {
    return invalid(
        fmt::format("{}:{}: {}; texts stand in quotes", path, error.source().begin.line, error.description()));
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

std::string text_of(const Setting& setting) {
  if (const auto* text = std::get_if<std::string*>(&setting)) return fmt::format("\"{}\"", **text);
  if (const auto* number = std::get_if<std::int64_t*>(&setting)) return fmt::format("{}", **number);
  if (const auto* flag = std::get_if<bool*>(&setting)) return **flag ? "true" : "false";
  return "{}";
}

template <class Target>
void append_key(std::string& out, Target& target, const Key<Target>& key, std::string_view mark = {}) {
  out += fmt::format("{}{} = {}  # {}\n", mark, key.name, text_of(key.setting(target)), key.comment);
}

void append_exporter(std::string& out, std::string_view kind) {
  Config::Exporter exporter{.kind = std::string{kind}};
  fill_in(exporter);
  out += "#\n# [[exporter]]\n";
  for (const auto& key : kExporterKeys)
    if (key.kinds.empty() || key.kinds.contains(kind)) append_key(out, exporter, key, "# ");
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
      "# Without any it is one archive. The kinds:\n";
  for (const std::string_view kind : exporter_kinds()) append_exporter(out, kind);
  return out;
}

}  // namespace m2c2::app
