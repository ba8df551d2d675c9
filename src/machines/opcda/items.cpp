// Items into tags and calls.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "job/names.hpp"
#include "protocols/pyro/value.hpp"

namespace m2c2::machines {

/// A name that is no tag may be of any length.
std::string opcda_subject(std::string_view item) { return fmt::format("OPC item {}", item.substr(0, 1000)); }

void OpcdaItems::set(const std::vector<std::vector<std::string>>& attributes) {
  current_.clear();
  again_.clear();
  faults_.clear();
  is_current_.assign(tags_.size(), false);
  for (const auto& items : attributes)
    for (const auto& item : items) add(item);
  std::erase_if(aside_, [&](std::size_t tag) { return !is_current_[tag]; });
  changed_ = true;
}

void OpcdaItems::add(const std::string& item) {
  auto at = index_.find(item);
  if (at == index_.end()) {
    if (!may_be_a_tag(item)) return;
    at = index_.emplace(item, tags_.size()).first;
    tags_.push_back(item);
    is_current_.push_back(false);
  }
  const std::size_t tag = at->second;
  if (is_current_[tag]) return again_.push_back(tag);
  is_current_[tag] = true;
  current_.push_back(tag);
}

bool OpcdaItems::may_be_a_tag(const std::string& item) {
  auto fault = job::fault_in_tag(job::opcda_tag_level(item));
  if (!fault && tags_.size() >= kMostTags) fault = fmt::format("is one more than the {} tags of a job", kMostTags);
  if (!fault) return true;
  auto left_out = telemetry::Fault{opcda_subject(item), fmt::format("it is left out, since it {}", *fault)};
  if (std::ranges::find(faults_, left_out.subject, &telemetry::Fault::subject) == faults_.end() &&
      faults_.size() < kMostInACall)
    faults_.push_back(std::move(left_out));
  return false;
}

void OpcdaItems::set_aside(std::size_t tag) { changed_ |= aside_.insert(tag).second; }

void OpcdaItems::take_back() { changed_ |= !std::exchange(aside_, {}).empty(); }

std::size_t OpcdaItems::tag_of(std::string_view item) const {
  const auto at = index_.find(std::string{item});
  return at == index_.end() || !is_current_[at->second] ? tags_.size() : at->second;
}

const std::vector<OpcdaCall>& OpcdaItems::calls() {
  if (!std::exchange(changed_, false)) return calls_;
  std::vector<std::size_t> wanted;
  std::ranges::copy_if(current_, std::back_inserter(wanted), [&](std::size_t tag) { return !aside_.contains(tag); });
  calls_.clear();
  for (std::size_t at = 0; at < wanted.size(); at += kMostInACall)
    calls_.push_back(call(std::span{wanted}.subspan(at, std::min(kMostInACall, wanted.size() - at))));
  return calls_;
}

OpcdaCall OpcdaItems::call(std::span<const std::size_t> tags) const {
  OpcdaCall call{{tags.begin(), tags.end()}, "([", {}};
  for (const std::size_t tag : tags) {
    if (!call.ends.empty()) call.arguments.push_back(',');
    pyro::append_serpent(call.arguments, std::string_view{tags_[tag]});
    call.ends.push_back(call.arguments.size());
  }
  call.arguments += "],)";
  return call;
}

}  // namespace m2c2::machines
