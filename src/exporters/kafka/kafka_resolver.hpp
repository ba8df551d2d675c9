// Finds the brokers' addresses for librdkafka's threads, which wait for them, and which a stop has to wait for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netdb.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace m2c2::exporters {

struct AddrinfoFree {
  void operator()(addrinfo* first) const { freeaddrinfo(first); }
};
using Addrinfo = std::unique_ptr<addrinfo, AddrinfoFree>;

/// As getaddrinfo(3), but stop() ends it: the system's look-up cannot be told to stop and takes half a minute where the
/// name server does not answer, so it runs on a thread that is left behind.
class KafkaResolver {
 public:
  /// A status of getaddrinfo(3), 0 with addresses. Called on many threads at once; may outlive us.
  using Ask = std::function<int(const std::string& host, const std::string& service, const addrinfo& hints, Addrinfo&)>;
  static int ask_system(const std::string& host, const std::string& service, const addrinfo& hints, Addrinfo&);

  explicit KafkaResolver(Ask ask = ask_system) : ask_{std::move(ask)} {}

  /// On any thread. EAI_AGAIN after stop().
  int resolve(const std::string& host, const std::string& service, const addrinfo& hints, Addrinfo& found) const;
  void stop() { stopping_.request_stop(); }

 private:
  Ask ask_;
  std::stop_source stopping_;
};

}  // namespace m2c2::exporters
