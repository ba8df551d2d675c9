// HTTP as a dialogue: what is sent is kept, what is answered was said before.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Gives key after key: a discarded one is not given again.
class NumberedCredentials final : public CredentialsSource {
 public:
  net::Task<Result<Credentials>> get() override { co_return Credentials{"key-" + std::to_string(number), "secret"}; }
  void discard(const Credentials&) override { ++number; }

  int number = 1;
};

}  // namespace m2c2::aws
