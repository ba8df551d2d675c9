// Join, give out, forget.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kinesis/pieces.hpp"

#include <algorithm>

namespace m2c2::exporters {

void Pieces::add(std::string_view key, std::string_view message) {
  auto found = of_key_.find(key);
  if (found == of_key_.end()) found = of_key_.emplace(key, std::deque<Piece>{}).first;
  std::deque<Piece>& pieces = found->second;
  const std::size_t size = message.size() + 1;
  if (pieces.empty() || pieces.back().data.size() + size + key.size() > record_size_)
    pieces.emplace_back().data.reserve(size);
  pieces.back().data.append(message) += '\n';
  ++pieces.back().messages;
  bytes_ += size;
}

std::vector<Sent> Pieces::next(std::size_t most_records, std::size_t most_bytes) {
  std::vector<Sent> sent;
  std::size_t bytes = 0;
  auto at = of_key_.upper_bound(last_);
  for (std::size_t seen = 0; seen < of_key_.size() && sent.size() < most_records; ++seen, ++at) {
    if (at == of_key_.end()) at = of_key_.begin();
    const Sent candidate{at->first, &at->second.front()};
    if (!sent.empty() && bytes + candidate.bytes() > most_bytes) break;
    bytes += candidate.bytes();
    sent.push_back(candidate);
  }
  if (!sent.empty()) last_ = sent.back().key;
  return sent;
}

void Pieces::accept(std::string_view key) {
  const auto found = of_key_.find(key);
  bytes_ -= found->second.front().data.size();
  found->second.pop_front();
  if (found->second.empty()) of_key_.erase(found);
}

}  // namespace m2c2::exporters
