// HTTP as a dialogue: what is sent is kept, what is answered was said before.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "aws/credentials.hpp"
#include "aws/error.hpp"
#include "aws/http.hpp"

namespace m2c2::aws {

/// Answers each request with the next answer, or with `otherwise`; without either it stays silent.
class ScriptedHttp final : public Http {
 public:
  using Answer = Result<HttpResponse>;

  ScriptedHttp& answer(int status, std::string body, Headers headers = {}) {
    answers_.emplace_back(HttpResponse{status, std::move(headers), std::move(body)});
    return *this;
  }
  ScriptedHttp& fails(AwsError error) {
    answers_.emplace_back(fail(error, "scripted"));
    return *this;
  }

  void send(HttpRequest request, Done done) override {
    sent.push_back(std::move(request));
    if (stopped_) done(fail(AwsError::stopped));
    else if (!answers_.empty()) done(std::exchange(answers_.front(), fail(AwsError::stopped))), answers_.pop_front();
    else if (otherwise) done(otherwise(sent.back()));
    else silent_.push_back(std::move(done));
  }
  void stop() override {
    stopped_ = true;
    for (const Done& done : std::exchange(silent_, {})) done(fail(AwsError::stopped));
  }

  std::vector<HttpRequest> sent;
  std::function<Answer(const HttpRequest&)> otherwise;

 private:
  std::deque<Answer> answers_;
  std::vector<Done> silent_;
  bool stopped_ = false;
};

/// Answers each request only `takes` after it was sent, or cuts it off at its own limit.
class SlowHttp final : public Http {
 public:
  SlowHttp(net::Loop& loop, std::function<Duration(const HttpRequest&)> takes, std::string body)
      : loop_{loop}, takes_{std::move(takes)}, body_{std::move(body)} {}

  void send(HttpRequest request, Done done) override {
    loop_.spawn(answer(takes_(request), request.answer_within, std::move(done)));
    sent.push_back(std::move(request));
  }
  void stop() override {}

  std::vector<HttpRequest> sent;

 private:
  net::Task<> answer(Duration takes, Duration limit, Done done) {
    const auto alarm = loop_.make_alarm();
    co_await alarm->wait_until(loop_.steady() + std::min(takes, limit));
    done(takes < limit ? Answer{HttpResponse{200, {}, body_}} : fail(AwsError::timed_out, "scripted"));
  }
  using Answer = Result<HttpResponse>;

  net::Loop& loop_;
  std::function<Duration(const HttpRequest&)> takes_;
  std::string body_;
};

/// Gives key after key: a discarded one is not given again.
class NumberedCredentials final : public CredentialsSource {
 public:
  net::Task<Result<Credentials>> get(SteadyTime) override {
    co_return Credentials{"key-" + std::to_string(number), "secret"};
  }
  void discard(const Credentials&) override { ++number; }

  int number = 1;
};

}  // namespace m2c2::aws
