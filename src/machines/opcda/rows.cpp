// Reads rows without a tree in between.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/rows.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>

#include "machines/opcda/failure.hpp"

namespace m2c2::machines {
namespace {

constexpr std::string_view kError = R"("Error")";  ///< the gateway's own word, among the qualities of OPC DA
constexpr std::string_view kUnknown = R"("quality":"Error","timestamp":null)";

void add_fault(std::size_t tag, const OpcdaItems& items, telemetry::Samples& out) {
  out.faults.push_back({opcda_subject(items.tags()[tag]), std::string{kUnknownItem}});
}

/// The gateway keeps to the order of the question, save for what it could not read.
std::size_t take_tag(pyro::SerpentReader& in, std::size_t row, const OpcdaCall& call, const OpcdaItems& items) {
  in.item();
  if (row < call.tags.size() && in.take_quoted(call.item(row))) return call.tags[row];
  std::string storage;
  return items.tag_of(in.text(storage));
}

/// Whether there is a row, and no more than one, for each item of the call; out of its order that takes a look at each.
bool are_of(const OpcdaCall& call, std::span<const telemetry::Sample> samples) {
  if (std::ranges::equal(samples, call.tags, {}, &telemetry::Sample::tag)) return true;
  std::vector<std::size_t> wanted = call.tags, found;
  std::ranges::transform(samples, std::back_inserter(found), &telemetry::Sample::tag);
  std::ranges::sort(wanted);
  std::ranges::sort(found);
  return wanted == found;
}

/// True when the item could not be read.
bool take_quality(pyro::SerpentReader& in, std::string& details) {
  in.item();
  bool is_error = false;
  if (in.take_quoted("'Good'")) {
    details += R"("quality":"Good","timestamp":)";  // nearly always
  } else {
    details += R"("quality":)";
    const std::size_t quality = details.size();
    in.append_json_text(details);
    is_error = std::string_view{details}.substr(quality) == kError;
    details += R"(,"timestamp":)";
  }
  in.item();
  if (in.take_none()) details += "null";
  else in.append_json_text(details);
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
  std::size_t row = 0;
  for (enter_list(in); in.next(); ++row) {
    if (row == call.tags.size()) in.refuse("more rows than items were asked for");
    in.enter(pyro::Kind::tuple);
    auto& sample = out.values.emplace_back(take_tag(in, row, call, items), at);
    in.item();
    in.append_json(sample.value);
    sample.detail.begin = out.details.size();
    const bool is_error = take_quality(in, out.details);
    sample.detail.size = out.details.size() - sample.detail.begin;
    in.leave();
    if (!in.ok()) break;
    if (sample.tag == items.tags().size()) in.refuse("an item that was not asked for");
    else if (is_error) add_fault(sample.tag, items, out);
  }
  if (in.ok() && row < call.tags.size()) in.refuse("fewer rows than items were asked for");
  if (in.done() && !are_of(call, std::span{out.values}.subspan(values)))
    in.refuse("not a row for each of the items that were asked for");
  if (in.done()) return std::nullopt;
  out.values.resize(values);
  out.faults.resize(faults);
  out.details.resize(details);
  return in.fault();
}

std::expected<std::vector<std::string>, pyro::SerpentFault> take_names(std::string_view answer, std::size_t most) {
  pyro::SerpentReader all{answer, most};
  all.skip();
  if (!all.done()) return std::unexpected{all.fault()};
  pyro::SerpentReader in{answer};
  std::vector<std::string> names;
  std::string storage;
  for (enter_list(in); in.next();) {
    if (!in.take_none()) names.emplace_back(in.text(storage));
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
