// libcurl before servers that answer well, badly, endlessly, or not at all.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "aws/error.hpp"
#include "net/server.hpp"

namespace m2c2::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class HttpTest : public testing::Test {
 protected:
  ~HttpTest() override {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

  /// Each request gets `answer`, and then pieces of `more` without end.
  void serve(std::string answer, std::string more = {}) {
    answer_ = std::move(answer);
    more_ = std::move(more);
    const auto accept = [this](std::unique_ptr<net::Transport> peer) {
      ++connections_;
      loop_.spawn(talk(std::move(peer)));
    };
    server_ = net::listen_tcp(loop_, {"127.0.0.1", 0}, accept).value();
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  net::Task<> talk(std::unique_ptr<net::Transport> peer) {
    Bytes buffer(64 * 1024);
    std::string request;
    while (const auto count = co_await peer->receive(buffer, SteadyTime::max())) {
      request.append(reinterpret_cast<const char*>(buffer.data()), *count);
      if (!is_whole(request)) continue;
      asked_ = std::exchange(request, {});
      if (on_asked_) on_asked_();
      if (!co_await peer->send(std::as_bytes(std::span{answer_}), SteadyTime::max())) co_return;
      while (!more_.empty() && co_await peer->send(std::as_bytes(std::span{more_}), SteadyTime::max())) {
      }
    }
  }
  static bool is_whole(std::string_view request) {
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t end = request.find("\r\n\r\n");
    const std::size_t length = request.find(kLength);
    if (end == request.npos) return false;
    const std::size_t body =
        length < end ? std::stoul(std::string{request.substr(length + kLength.size(), 10)}) : std::size_t{0};
    return request.size() == end + 4 + body;
  }

  Result<HttpResponse> ask(HttpRequest request) {
    if (request.url.empty()) request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/path?a=b";
    std::promise<Result<HttpResponse>> got;
    loop_.post([&] { loop_.spawn(ask_into(got, std::move(request))); });
    return got.get_future().get();
  }
  net::Task<> ask_into(std::promise<Result<HttpResponse>>& got, HttpRequest request) {
    got.set_value(co_await exchange(*http_, loop_, std::move(request)));
  }

  net::EventLoop loop_;
  std::string answer_, more_, asked_;
  std::function<void()> on_asked_;
  int connections_ = 0;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<Http> http_ = make_http();
  std::thread thread_;
};

TEST_F(HttpTest, SendsWhatItIsGivenAndNothingOfItsOwn) {
  serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Amzn-RequestId:  r1 \r\n\r\n{}");
  const auto response = ask({.method = "POST", .headers = {{"x-amz-target", "T"}}, .body = std::string{"body"}});
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(header(response->headers, "x-amzn-requestid"), "r1");
  EXPECT_THAT(asked_, testing::StartsWith("POST /path?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(asked_, HasSubstr("x-amz-target: T\r\n"));
  EXPECT_THAT(asked_, testing::EndsWith("\r\n\r\nbody"));
  EXPECT_THAT(asked_, testing::Not(HasSubstr("ontent-Type")));
}

TEST_F(HttpTest, SendsAPathAsItIsGiven) {
  serve("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  const std::string origin = "http://127.0.0.1:" + std::to_string(server_->port());
  ASSERT_TRUE(ask({.method = "PUT", .url = origin + "/plant/a/../b/./c?d=e"}));
  EXPECT_THAT(asked_, testing::StartsWith("PUT /plant/a/../b/./c?d=e HTTP/1.1\r\n"));
}

TEST_F(HttpTest, UsesAConnectionAgain) {
  serve("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  EXPECT_TRUE(ask({}));
  EXPECT_TRUE(ask({.method = "PUT", .body = std::string(100'000, 'x')}));
  EXPECT_EQ(connections_, 1);
}

TEST_F(HttpTest, FollowsNoRedirect) {
  serve("HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
  EXPECT_EQ(ask({})->status, 301);
}

TEST_F(HttpTest, CutsAnEndlessAnswerOff) {
  serve("HTTP/1.1 200 OK\r\n\r\n", std::string(64 * 1024, 'x'));
  const auto response = ask({});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, AwsError::unreadable);
  EXPECT_THAT(response.error().text, HasSubstr("longer than 16 MiB"));
}

TEST_F(HttpTest, GivesUpWhereNothingMoves) {
  serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
  const auto response = ask({.still_for = 1s});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, AwsError::timed_out);
  EXPECT_THAT(response.error().text, HasSubstr("does not answer"));
}

TEST_F(HttpTest, SaysThatNobodyListens) {
  serve("");
  const auto response = ask({.url = "http://127.0.0.1:1/path"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, AwsError::unreachable);
  EXPECT_THAT(response.error().text, testing::StartsWith("http://127.0.0.1:1: "));
}

TEST_F(HttpTest, AStopEndsWhatIsUnderWayAndWhatComesLater) {
  on_asked_ = [this] { http_->stop(); };
  serve("");
  EXPECT_EQ(ask({}).error().code, AwsError::stopped);
  EXPECT_EQ(ask({}).error().code, AwsError::stopped);
}

}  // namespace
}  // namespace m2c2::aws
