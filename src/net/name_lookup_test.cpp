// A name server that does not answer holds up nobody but those who ask for that name, and never the end.
// SPDX-License-Identifier: Apache-2.0
#include "net/name_lookup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <set>

#include "net/event_loop.hpp"
#include "net/sockets.hpp"

namespace m2c2::net {
namespace {

using namespace std::chrono_literals;

/// A name server: names that end in ".dead" get no answer until it revives, every other is 127.0.0.1 at once.
class NameServer {
 public:
  Addresses ask(const std::string& host) {
    std::unique_lock lock{mutex_};
    asked_.push_back(host);
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    changed_.notify_all();
    changed_.wait(lock, [&] { return !host.ends_with(".dead") || revived_.contains(host) || all_revived_; });
    --at_once_;
    return {boost::asio::ip::make_address("127.0.0.1")};
  }
  void revive(const std::string& host) {
    const std::scoped_lock lock{mutex_};
    revived_.insert(host);
    changed_.notify_all();
  }
  void revive_all() {
    const std::scoped_lock lock{mutex_};
    all_revived_ = true;
    changed_.notify_all();
  }
  void await_questions(std::size_t n) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return asked_.size() >= n; });
  }
  std::vector<std::string> asked() {
    const std::scoped_lock lock{mutex_};
    return asked_;
  }
  std::size_t most_at_once() {
    const std::scoped_lock lock{mutex_};
    return most_at_once_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> asked_;
  std::set<std::string> revived_;
  bool all_revived_ = false;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
};

NameLookup::Ask asking(std::shared_ptr<NameServer> server) {
  return [server = std::move(server)](const std::string& host) { return server->ask(host); };
}

Task<> note(NameLookup& names, std::string host, SteadyTime deadline, std::vector<std::string>& notes) {
  const auto found = co_await names.finish(names.begin(host), deadline);
  notes.push_back(found ? found->front().to_string() : found.error().text);
}

class NameLookupTest : public testing::Test {
 protected:
  void TearDown() override { server_->revive_all(); }

  void look_up(const std::string& host, Duration patience = 3600s) {
    loop_.spawn(note(names_, host, loop_.steady() + patience, notes_));
  }
  void run_until_noted(std::size_t n) {
    loop_.spawn([](NameLookupTest& self, std::size_t wanted) -> Task<> {
      const auto pause = self.loop_.make_alarm();
      while (self.notes_.size() < wanted) co_await pause->wait_until(self.loop_.steady() + 1ms);
      self.loop_.stop();
    }(*this, n));
    loop_.impl().io.restart();
    loop_.run();
  }

  std::shared_ptr<NameServer> server_ = std::make_shared<NameServer>();
  EventLoop loop_;
  NameLookup names_{loop_, asking(server_), 2};
  std::vector<std::string> notes_;
};

TEST_F(NameLookupTest, ANameWithoutAnAnswerHoldsUpNoOther) {
  look_up("a.dead");
  look_up("plc.example");
  run_until_noted(1);
  EXPECT_EQ(notes_, std::vector<std::string>{"127.0.0.1"});
}

TEST_F(NameLookupTest, AHundredWhoAskForOneNameShareOneThread) {
  for (int i = 0; i < 99; ++i) look_up("a.dead");
  look_up("a.dead", 1ms);
  run_until_noted(1);
  EXPECT_EQ(notes_, std::vector<std::string>{"the name server did not answer for a.dead"});
  look_up("a.dead");  // joins what nobody could stop
  server_->revive_all();
  run_until_noted(101);
  EXPECT_EQ(std::ranges::count(notes_, "127.0.0.1"), 100);
  EXPECT_EQ(server_->asked(), std::vector<std::string>{"a.dead"});
}

TEST_F(NameLookupTest, BeyondTheBoundANameWaitsForItsTurn) {
  look_up("a.dead");
  look_up("b.dead");
  look_up("given-up.example", 1ms);
  look_up("patient.example");
  run_until_noted(1);
  EXPECT_EQ(notes_, std::vector<std::string>{"the name server did not answer for 2 other names, and given-up.example "
                                             "was not asked for: check the name server"});
  server_->revive("a.dead");
  run_until_noted(3);
  EXPECT_EQ(std::ranges::count(notes_, "127.0.0.1"), 2);
  EXPECT_EQ(std::ranges::count(server_->asked(), "given-up.example"), 0);
  EXPECT_EQ(server_->most_at_once(), 2U);
}

TEST_F(NameLookupTest, CloseEndsAHangingLookupAtOnceAndTheTransportOpensAgain) {
  TcpTransport tcp{loop_.impl().io, names_, {"a.dead", 1}};
  loop_.spawn([](EventLoop& loop, TcpTransport& transport, std::vector<std::string>& notes) -> Task<> {
    loop.post([&] { transport.close(); });
    const auto closed = co_await transport.open(loop.steady() + 3600s);
    notes.push_back(closed.error().text);
    const auto late = co_await transport.open(loop.steady() + 1ms);
    EXPECT_EQ(late.error().code, NetError::name);
    notes.push_back(late.error().text);
  }(loop_, tcp, notes_));
  run_until_noted(2);
  EXPECT_EQ(notes_, (std::vector<std::string>{"cancelled", "the name server did not answer for a.dead"}));
}

TEST(NameLookup, TheLoopEndsThoughALookupHangsAndItsThreadEndsLater) {
  const auto thread_ended = std::make_shared<std::promise<void>>();
  std::shared_ptr<NameServer> server{new NameServer, [thread_ended](NameServer* s) {
                                       delete s;
                                       thread_ended->set_value();
                                     }};
  {
    EventLoop loop;
    NameLookup names{loop, asking(server)};
    TcpTransport tcp{loop.impl().io, names, {"a.dead", 1}};
    loop.spawn([](EventLoop& home, TcpTransport& transport) -> Task<> {
      home.post([&home] { home.stop(); });
      co_await transport.open(SteadyTime::max());
      ADD_FAILURE() << "there was nobody to answer";
    }(loop, tcp));
    loop.run();
    server->await_questions(1);
  }
  server->revive_all();
  auto ended = thread_ended->get_future();
  server.reset();
  EXPECT_EQ(ended.wait_for(60s), std::future_status::ready);
}

TEST(NameLookup, AnAnswerThatComesAsTheLoopGoesIsLost) {
  const auto server = std::make_shared<NameServer>();
  for (std::size_t round = 1; round <= 300; ++round) {
    EventLoop loop;
    NameLookup names{loop, asking(server)};
    for (const char* host : {"a.example", "b.example", "c.example"}) names.begin(host);
    if (round % 2 == 0) server->await_questions(3 * round - 1);
  }
  server->await_questions(900);
  EXPECT_EQ(std::ranges::count(server->asked(), "b.example"), 300);
}

}  // namespace
}  // namespace m2c2::net
