// Three losses to suspect, three alone to convict; one each where a topic has a record; none where it has a long one.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/topic/suspicion.hpp"

namespace m2c2::exporters {
namespace {

constexpr unsigned kLosses = 3;
constexpr unsigned kLossesOfKnownTopic = 1;
constexpr unsigned kConvictionsToBar = 3;
constexpr Duration kBar = std::chrono::minutes{10};
constexpr std::size_t kMostTopics = 10'000;

}  // namespace

unsigned Suspicion::losses_to_convict(const stream::Record& record) const {
  return topics_.contains(record.topic) ? kLossesOfKnownTopic : kLosses;
}

bool Suspicion::falls_on(const stream::Record& record) const {
  return number_ == record.number && losses_ >= losses_to_convict(record);
}

void Suspicion::lost_with(const stream::Record& record) {
  if (number_ != record.number) clear();
  number_ = record.number;
  ++losses_;
}

bool Suspicion::lost_alone_with(const stream::Record& record, SteadyTime now) {
  if (++losses_alone_ < losses_to_convict(record)) return false;
  if (topics_.size() >= kMostTopics) topics_.clear();
  Record& known = topics_[record.topic];
  if (++known.convictions >= kConvictionsToBar) known.barred_until = now + kBar;
  clear();
  return true;
}

bool Suspicion::bars(const std::string& topic, SteadyTime now) const {
  const auto known = topics_.find(topic);
  return known != topics_.end() && now < known->second.barred_until;
}

void Suspicion::acknowledged(const stream::Record& record) {
  if (!topics_.empty()) topics_.erase(record.topic);
  clear();
}

void Suspicion::clear() {
  number_.reset();
  losses_ = losses_alone_ = 0;
}

}  // namespace m2c2::exporters
