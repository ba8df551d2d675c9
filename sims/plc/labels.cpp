// The global labels of a PLC: the set, and their names.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/labels.hpp"

#include <algorithm>
#include <utility>

#include "base/hex.hpp"

namespace m2c2::sim {
namespace {

using slmp::DataType;
using slmp::LabelType;

constexpr std::size_t kTextCharacters = 16;
constexpr std::size_t kStringWords = kTextCharacters / 2 + 1;  // and room for the NUL
constexpr std::size_t kWstringWords = kTextCharacters + 1;

/// "2", or with the prefixes of constants "K2" and "H1F".
std::optional<std::uint64_t> parse_index(std::string_view text) {
  if (text.starts_with('k') || text.starts_with('K')) return parse_decimal(text.substr(1));
  if (text.starts_with('h') || text.starts_with('H')) return parse_hex(text.substr(1));
  return parse_decimal(text);
}

std::string_view expand_component(std::string_view component, std::span<const std::string> abbreviations) {
  if (!component.starts_with('%')) return component;
  const auto number = parse_decimal(component.substr(1));
  if (!number || *number < 1 || *number > abbreviations.size()) return component;
  return abbreviations[*number - 1];
}

}  // namespace

Labels::Labels() {
  add("Typ1.led", LabelType::word, DataType::uint16, 16, 1);
  add("Typ1.No", LabelType::word, DataType::uint16, 16, 1);
  add("LabelB", LabelType::bit, DataType::bit, 0, 1);
  add("LabelW", LabelType::word, DataType::uint16, 0, 1);
  add("Sw.led", LabelType::word, DataType::uint16, 0, 1);
  add("LabelBits", LabelType::bit, DataType::bit, 64, 1);
  add("LabelDword", LabelType::dword, DataType::uint32, 0, 2);
  add("LabelInt", LabelType::int16, DataType::int16, 0, 1);
  add("LabelDint", LabelType::int32, DataType::int32, 0, 2);
  add("LabelReal", LabelType::float32, DataType::float32, 0, 2);
  add("LabelLreal", LabelType::float64, DataType::float64, 0, 4);
  add("LabelTime", LabelType::time, DataType::int32, 0, 2);
  add("LabelString", LabelType::string, DataType::string, 0, kStringWords);
  add("LabelWstring", LabelType::wstring, DataType::string, 0, kWstringWords);
}

void Labels::add(std::string name, LabelType type, DataType data, std::size_t elements, std::size_t words_each) {
  const auto cell = data == DataType::bit ? Area::Cell::bit : Area::Cell::word;
  const std::size_t cells = std::max<std::size_t>(elements, 1) * words_each;
  labels_.emplace(std::move(name), Label{type, data, elements, words_each, Area{cell, cells}});
}

std::optional<LabelPlace> Labels::find(std::string_view name) {
  const std::size_t bracket = name.ends_with(']') ? name.rfind('[') : std::string_view::npos;
  const bool indexed = bracket != std::string_view::npos;
  const auto found = labels_.find(name.substr(0, bracket));
  if (found == labels_.end()) return std::nullopt;
  LabelPlace place{.label = &found->second, .element = 0, .indexed = indexed};
  if (!indexed) return place;
  const auto index = parse_index(name.substr(bracket + 1, name.size() - bracket - 2));
  if (!index || *index >= place.label->elements) return std::nullopt;
  place.element = *index;
  return place;
}

std::string expand(std::string_view name, std::span<const std::string> abbreviations) {
  std::string expanded;
  for (bool more = true; more;) {
    const std::size_t dot = name.find('.');
    more = dot != std::string_view::npos;
    expanded += expand_component(name.substr(0, dot), abbreviations);
    if (!more) break;
    expanded += '.';
    name.remove_prefix(dot + 1);
  }
  return expanded;
}

}  // namespace m2c2::sim
