// Reads rows without a tree in between.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/rows.hpp"

#include <string>
#include <utility>

#include "base/json_text.hpp"

namespace m2c2::machines {
namespace {

constexpr std::string_view kError = "Error";  ///< the gateway's own word, among the qualities of OPC DA
/// "quality":"Good","timestamp":"2021-02-19 01:25:26.827000+00:00" and a little room.
constexpr std::size_t kDetailBytes = 72;

void add_fault(std::size_t tag, const OpcdaItems& items, telemetry::Samples& out) {
  out.faults.push_back({opcda_subject(items.tags()[tag]),
                        "the OPC DA server does not know it, or cannot read it: check its spelling with 'm2c2 opcda "
                        "browse'"});
}

/// The gateway keeps to the order of the question, save for what it could not read.
std::size_t tag_of(std::string_view item, std::size_t row, const OpcdaCall& call, const OpcdaItems& items) {
  if (row < call.tags.size() && items.tags()[call.tags[row]] == item) return call.tags[row];
  return items.tag_of(item);
}

void read_quality(pyro::SerpentReader& in, telemetry::Sample& sample, bool& is_error) {
  std::string storage;
  sample.detail.reserve(kDetailBytes);
  sample.detail = R"("quality":)";
  const auto quality = in.item_text(storage);
  is_error = quality == kError;
  append_json_string(sample.detail, quality);
  sample.detail += R"(,"timestamp":)";
  if (const auto time = in.item_text_or_none(storage)) append_json_string(sample.detail, *time);
  else sample.detail += "null";
}

void enter_list(pyro::SerpentReader& in) {
  in.enter(in.kind() == pyro::Kind::tuple ? pyro::Kind::tuple : pyro::Kind::list);
}

}  // namespace

std::optional<pyro::SerpentFault> take_rows(std::string_view answer, const OpcdaCall& call, const OpcdaItems& items,
                                            WallTime at, telemetry::Samples& out) {
  const std::size_t values = out.values.size(), faults = out.faults.size();
  pyro::SerpentReader in{answer};
  std::string storage;
  std::size_t row = 0;
  for (enter_list(in); in.next(); ++row) {
    if (row == call.tags.size()) in.refuse("more rows than items were asked for");
    in.enter(pyro::Kind::tuple);
    telemetry::Sample sample{tag_of(in.item_text(storage), row, call, items), at, {}};
    in.item_json(sample.value);
    bool is_error = false;
    read_quality(in, sample, is_error);
    in.leave();
    if (!in.ok()) break;
    if (sample.tag == items.tags().size()) in.refuse("an item that was not asked for");
    else if (is_error) add_fault(sample.tag, items, out);
    out.values.push_back(std::move(sample));
  }
  if (in.ok() && row < call.tags.size()) in.refuse("fewer rows than items were asked for");
  if (in.done()) return std::nullopt;
  out.values.resize(values);
  out.faults.resize(faults);
  return in.fault();
}

std::expected<std::vector<std::string>, pyro::SerpentFault> take_names(std::string_view answer, std::size_t most) {
  pyro::SerpentReader all{answer, most + 1};  // and the list itself
  all.skip();
  if (!all.done()) return std::unexpected{all.fault()};
  pyro::SerpentReader in{answer};
  std::vector<std::string> names;
  std::string storage;
  for (enter_list(in); in.next();) {
    if (in.kind() == pyro::Kind::none) in.none();
    else names.emplace_back(in.text(storage));
  }
  if (!in.done()) return std::unexpected{in.fault()};
  return names;
}

void add_unknown(std::size_t tag, const OpcdaItems& items, WallTime at, telemetry::Samples& out) {
  out.values.push_back({tag, at, "null", R"("quality":"Error","timestamp":null)"});
  add_fault(tag, items, out);
}

}  // namespace m2c2::machines
