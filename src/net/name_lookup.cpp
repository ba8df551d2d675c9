// The lookup threads, and the line over which they reach a loop that may be gone by then.
// SPDX-License-Identifier: Apache-2.0
#include "net/name_lookup.hpp"

#include <netdb.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "net/transport.hpp"

namespace m2c2::net {

/// Held by every thread under way, so it outlives us; `owner` is null once we are gone.
struct NameLookup::Line {
  std::mutex mutex;  // the owner does not go while a thread posts to it
  NameLookup* owner;
};

Addresses ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // else each address comes once for every kind of socket
  addrinfo* first = nullptr;
  Addresses found;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) return found;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
    found.push_back(endpoint.address());
  }
  freeaddrinfo(first);
  return found;
}

NameLookup::NameLookup(Loop& home, Ask ask, std::size_t most)
    : home_{home}, ask_{std::move(ask)}, most_{most}, line_{std::make_shared<Line>()} {
  line_->owner = this;
}

NameLookup::~NameLookup() {
  const std::scoped_lock alone{line_->mutex};
  line_->owner = nullptr;
}

std::shared_ptr<NameWait> NameLookup::begin(const std::string& host) {
  auto wait = std::make_shared<NameWait>(home_, host);
  const auto [asked, first] = asked_.try_emplace(host);
  asked->second.waiting.push_back(wait);
  if (first) queue_.push_back(host);
  start_those_whose_turn_it_is();
  return wait;
}

Task<Result<Addresses>> NameLookup::finish(std::shared_ptr<NameWait> wait, SteadyTime deadline) {
  co_await wait->over.wait_until(deadline);
  auto result = outcome(*wait);
  leave(wait);
  co_return result;
}

Result<Addresses> NameLookup::outcome(const NameWait& wait) const {
  if (wait.given_up) return fail(NetError::cancelled);
  if (wait.found && wait.found->empty()) return fail(NetError::name);
  if (wait.found) return *wait.found;
  if (asked_.at(wait.host).under_way) return fail(NetError::name, "the name server did not answer for " + wait.host);
  return fail(NetError::name, "the name server did not answer for " + std::to_string(under_way_) +
                                  " other names, and " + wait.host + " was not asked for: check the name server");
}

/// A name that is under way goes on without anybody who waits; the next to ask for it joins.
void NameLookup::leave(const std::shared_ptr<NameWait>& wait) {
  const auto asked = asked_.find(wait->host);
  if (asked == asked_.end()) return;
  std::erase(asked->second.waiting, wait);
  if (asked->second.under_way || !asked->second.waiting.empty()) return;
  std::erase(queue_, wait->host);
  asked_.erase(asked);
}

void NameLookup::start_those_whose_turn_it_is() {
  while (!queue_.empty() && under_way_ < most_ && start(queue_.front())) queue_.pop_front();
}

bool NameLookup::start(const std::string& host) {
  try {
    std::thread{[line = line_, ask = ask_, host] { tell(line, host, ask(host)); }}.detach();
  } catch (const std::system_error&) {
    return false;  // the system has no thread for us; the name keeps its turn
  }
  asked_.at(host).under_way = true;
  ++under_way_;
  return true;
}

/// On a thread of its own, at any time: after the loop's end, even while the process ends. Touches nothing static.
void NameLookup::tell(const std::shared_ptr<Line>& line, std::string host, Addresses found) {
  const std::scoped_lock alone{line->mutex};
  if (line->owner == nullptr) return;
  line->owner->home_.post([line, host = std::move(host), found = std::move(found)] {
    if (line->owner != nullptr) line->owner->settle(host, found);  // unlocked: it goes on this very thread
  });
}

void NameLookup::settle(const std::string& host, const Addresses& found) {
  const auto asked = asked_.extract(host);
  --under_way_;
  for (const auto& wait : asked.mapped().waiting) {
    wait->found = found;
    wait->over.set();
  }
  start_those_whose_turn_it_is();
}

}  // namespace m2c2::net
