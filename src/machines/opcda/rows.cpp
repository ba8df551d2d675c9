// Reads rows without a tree in between.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/rows.hpp"

#include <string>
#include <utility>

namespace m2c2::machines {
namespace {

constexpr std::string_view kError = R"("Error")";  ///< the gateway's own word, among the qualities of OPC DA
constexpr std::string_view kUnknown = R"("quality":"Error","timestamp":null)";

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

/// True when the item could not be read.
bool take_quality(pyro::SerpentReader& in, std::string& details) {
  details += R"("quality":)";
  const std::size_t quality = details.size();
  in.item_json_text(details);
  const bool is_error = std::string_view{details}.substr(quality) == kError;
  details += R"(,"timestamp":)";
  in.item_json_text_or_none(details);
  return is_error;
}

void enter_list(pyro::SerpentReader& in) {
  in.enter(in.kind() == pyro::Kind::tuple ? pyro::Kind::tuple : pyro::Kind::list);
}

}  // namespace

std::optional<pyro::SerpentFault> take_rows(std::string_view answer, const OpcdaCall& call, const OpcdaItems& items,
                                            WallTime at, telemetry::Samples& out) {
  const std::size_t values = out.values.size(), faults = out.faults.size(), details = out.details.size();
  out.details.reserve(details + answer.size());  // the quality and the time are most of a row
  pyro::SerpentReader in{answer};
  std::string storage;
  std::size_t row = 0;
  for (enter_list(in); in.next(); ++row) {
    if (row == call.tags.size()) in.refuse("more rows than items were asked for");
    in.enter(pyro::Kind::tuple);
    telemetry::Sample sample{tag_of(in.item_text(storage), row, call, items), at, {}};
    in.item_json(sample.value);
    sample.detail.begin = out.details.size();
    const bool is_error = take_quality(in, out.details);
    sample.detail.size = out.details.size() - sample.detail.begin;
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
  out.details.resize(details);
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
  out.values.push_back({tag, at, "null", {out.details.size(), kUnknown.size()}});
  out.details += kUnknown;
  add_fault(tag, items, out);
}

}  // namespace m2c2::machines
