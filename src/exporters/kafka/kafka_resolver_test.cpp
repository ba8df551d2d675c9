// A name server that does not answer holds a stop up no longer than one that does.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_resolver.hpp"

#include <gtest/gtest.h>

#include <future>

namespace m2c2::exporters {
namespace {

addrinfo numeric_hints() {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  return hints;
}

TEST(KafkaResolver, FindsWhatTheSystemFinds) {
  const KafkaResolver resolver;
  Addrinfo found;
  ASSERT_EQ(resolver.resolve("127.0.0.1", "9092", numeric_hints(), found), 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ai_family, AF_INET);
  EXPECT_EQ(found->ai_next, nullptr);
}

TEST(KafkaResolver, SaysWhatTheSystemSays) {
  const KafkaResolver resolver;
  Addrinfo found;
  EXPECT_EQ(resolver.resolve("no address", "9092", numeric_hints(), found), EAI_NONAME);
  EXPECT_FALSE(found);
}

TEST(KafkaResolver, StopsWhileTheNameServerIsSilent) {
  struct NameServer {
    std::promise<void> asked, answers, left;
  };
  const auto server = std::make_shared<NameServer>();
  std::future<int> status;
  {
    KafkaResolver resolver{
        [server](const std::string& host, const std::string& service, const addrinfo& hints, Addrinfo& found) {
          server->asked.set_value();
          server->answers.get_future().wait();
          const int late = KafkaResolver::ask_system(host, service, hints, found);
          server->left.set_value();
          return late;
        }};
    status = std::async(std::launch::async, [&resolver] {
      Addrinfo found;
      return resolver.resolve("127.0.0.1", "9092", numeric_hints(), found);
    });
    server->asked.get_future().wait();
    resolver.stop();
    EXPECT_EQ(status.get(), EAI_AGAIN);
  }
  server->answers.set_value();  // with nobody there any more
  server->left.get_future().wait();
}

TEST(KafkaResolver, AsksNobodyAfterTheStop) {
  bool asked = false;
  KafkaResolver resolver{[&asked](const auto&, const auto&, const auto&, Addrinfo&) {
    asked = true;
    return 0;
  }};
  resolver.stop();
  Addrinfo found;
  EXPECT_EQ(resolver.resolve("broker", "9092", numeric_hints(), found), EAI_AGAIN);
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace m2c2::exporters
