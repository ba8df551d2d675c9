// A thread a look-up, and an answer that both sides hold, since either may be the last.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_resolver.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace m2c2::exporters {
namespace {

struct Answer {
  std::mutex mutex;
  std::condition_variable_any came;
  std::optional<int> status;
  Addrinfo found;

  void give(int outcome, Addrinfo addresses) {
    const std::scoped_lock lock{mutex};
    status = outcome;
    found = std::move(addresses);
    came.notify_all();
  }
};

}  // namespace

int KafkaResolver::ask_system(const std::string& host, const std::string& service, const addrinfo& hints,
                              Addrinfo& found) {
  addrinfo* first = nullptr;
  const int status = getaddrinfo(host.c_str(), service.c_str(), &hints, &first);
  found.reset(first);
  return status;
}

int KafkaResolver::resolve(const std::string& host, const std::string& service, const addrinfo& hints,
                           Addrinfo& found) const {
  if (stopping_.stop_requested()) return EAI_AGAIN;
  const auto answer = std::make_shared<Answer>();
  try {
    std::thread{[answer, ask = ask_, host, service, hints] {
      Addrinfo addresses;
      const int status = ask(host, service, hints, addresses);
      answer->give(status, std::move(addresses));
    }}.detach();
  } catch (const std::system_error&) {
    return EAI_AGAIN;  // the system has no thread for us now
  }
  std::unique_lock lock{answer->mutex};
  if (!answer->came.wait(lock, stopping_.get_token(), [&] { return answer->status.has_value(); })) return EAI_AGAIN;
  found = std::move(answer->found);
  return *answer->status;
}

}  // namespace m2c2::exporters
