// libcurl's multi interface on a thread.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "aws/error.hpp"

namespace m2c2::aws {
namespace {

constexpr std::size_t kMostAnswerBytes = std::size_t{16} << 20;
constexpr int kLookAroundMs = 1000;
constexpr long kMostIdleConnections = 8;

std::string origin_of(std::string_view url) {
  const std::size_t begin = url.find("://");
  const std::size_t end = begin == url.npos ? url.npos : url.find_first_of("/?", begin + 3);
  return std::string{url.substr(0, end)};
}

struct EasyEnd {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One request under way, at a place in memory that curl knows.
class Transfer {
 public:
  Transfer(HttpRequest request, Http::Done done) : request_{std::move(request)}, done_{std::move(done)} { set_up(); }

  CURL* easy() const { return easy_.get(); }

  void finish(CURLcode code) {
    if (code != CURLE_OK) return done_(failure(code));
    long status = 0;
    curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    done_(std::move(response_));
  }
  void stop() { done_(fail(AwsError::stopped)); }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy(), option, value);
  }
  void set_up() {
    using std::chrono::ceil, std::chrono::milliseconds, std::chrono::seconds;
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);  // as it was signed
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a stop does not wait for a name to be found
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(ceil<milliseconds>(request_.connect_within).count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(ceil<milliseconds>(request_.answer_within).count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(ceil<seconds>(request_.still_for).count()));
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    if (request_.past_proxy) set(CURLOPT_PROXY, "");
    set_identity();
    set_content();
    set_sinks();
  }
  void set_identity() {
    const TlsIdentity& tls = request_.tls;
    if (!tls.ca_file.empty()) {
      set(CURLOPT_CAINFO, tls.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else curl trusts the system's authorities besides
    }
    if (!tls.cert_file.empty()) set(CURLOPT_SSLCERT, tls.cert_file.c_str());
    if (!tls.key_file.empty()) set(CURLOPT_SSLKEY, tls.key_file.c_str());
  }
  void set_content() {
    if (request_.method != "GET") {
      set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
      set(CURLOPT_POSTFIELDS, request_.body.bytes().data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.bytes().size()));
    }
    for (const Header& each : request_.headers) add_header(each.name, each.value);
    add_header("expect", {});
    if (header(request_.headers, "content-type").empty()) add_header("content-type", {});
    set(CURLOPT_HTTPHEADER, headers_.get());
  }
  /// An empty value takes curl's own header of that name away.
  void add_header(std::string_view name, std::string_view value) {
    const std::string line = fmt::format("{}:{}{}", name, value.empty() ? "" : " ", value);
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  }
  void set_sinks() {
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
  }

  static std::size_t on_body(const char* data, std::size_t, std::size_t size, void* self) {
    std::string& body = static_cast<Transfer*>(self)->response_.body;
    if (body.size() + size > kMostAnswerBytes) return CURL_WRITEFUNC_ERROR;
    body.append(data, size);
    return size;
  }
  static std::size_t on_header(const char* data, std::size_t, std::size_t size, void* self) {
    static_cast<Transfer*>(self)->take_header({data, size});
    return size;
  }
  void take_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) response_.headers.clear();  // of an interim answer before
    if (colon == line.npos) return;
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    line.remove_prefix(colon + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
    response_.headers.push_back({std::move(name), std::string{line}});
  }

  std::unexpected<Error> failure(CURLcode code) const {
    const std::string_view detail{error_.data()};
    const std::string why{detail.empty() ? curl_easy_strerror(code) : detail};
    const std::string origin = origin_of(request_.url);
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        return fail(AwsError::timed_out, fmt::format("{} does not answer: {}", origin, why));
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
        return fail(AwsError::unreachable,
                    fmt::format("{}: {}; set ca-file to a file with the certificate of its authority", origin, why));
      case CURLE_SSL_CERTPROBLEM:
        return fail(AwsError::unreachable, fmt::format("{}: {}; see cert-file and key-file", origin, why));
      case CURLE_WRITE_ERROR:
        return fail(AwsError::unreadable,
                    fmt::format("{}: the answer is longer than {} MiB", origin, kMostAnswerBytes >> 20));
      default:
        return fail(AwsError::unreachable, fmt::format("{}: {}", origin, why));
    }
  }

  HttpRequest request_;
  Http::Done done_;
  HttpResponse response_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, ListEnd> headers_;
  std::unique_ptr<CURL, EasyEnd> easy_{curl_easy_init()};
};

class CurlHttp final : public Http {
 public:
  CurlHttp() : multi_{start_multi()} {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMostIdleConnections);
    thread_ = std::thread{[this] { run(); }};
  }
  ~CurlHttp() override {
    stop();
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void send(HttpRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>(std::move(request), std::move(done));
    {
      const std::lock_guard lock{mutex_};
      if (!stopping_) {
        asked_.push_back(std::move(transfer));
        curl_multi_wakeup(multi_);
        return;
      }
    }
    transfer->stop();
  }
  void stop() override {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    curl_multi_wakeup(multi_);
  }

 private:
  /// curl's global state is made once, before any thread needs it.
  static CURLM* start_multi() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(ready);
    return curl_multi_init();
  }

  void run() {
    while (begin_asked()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_done();
      curl_multi_poll(multi_, nullptr, 0, kLookAroundMs, nullptr);
    }
    for (auto& [easy, transfer] : under_way_) transfer->stop();
    for (auto& [easy, transfer] : under_way_) curl_multi_remove_handle(multi_, easy);
    under_way_.clear();
  }
  /// False once it is to stop.
  bool begin_asked() {
    std::vector<std::unique_ptr<Transfer>> asked;
    bool stopping = false;
    {
      const std::lock_guard lock{mutex_};
      asked.swap(asked_);
      stopping = stopping_;
    }
    for (auto& transfer : asked) {
      curl_multi_add_handle(multi_, transfer->easy());
      under_way_.emplace(transfer->easy(), std::move(transfer));
    }
    return !stopping;
  }
  void finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      auto transfer = under_way_.extract(message->easy_handle);
      curl_multi_remove_handle(multi_, transfer.key());
      transfer.mapped()->finish(code);
    }
  }

  CURLM* multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> under_way_;  // the thread's alone

  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> asked_;
  bool stopping_ = false;

  std::thread thread_;
};

/// What one exchange waits for. The callback may outlive the task that waits.
struct Arrival {
  explicit Arrival(net::Loop& loop) : event{loop} {}
  net::Event event;
  std::optional<Result<HttpResponse>> response;
};

}  // namespace

std::string_view header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Header::name);
  return found == headers.end() ? std::string_view{} : found->value;
}

std::optional<WallTime> date_of(const HttpResponse& response) {
  const std::time_t seconds = curl_getdate(std::string{header(response.headers, "date")}.c_str(), nullptr);
  if (seconds == -1) return std::nullopt;
  return WallTime{std::chrono::seconds{seconds}};
}

std::unique_ptr<Http> make_http() { return std::make_unique<CurlHttp>(); }

net::Task<Result<HttpResponse>> exchange(Http& http, net::Loop& loop, HttpRequest request, SteadyTime deadline) {
  request.answer_within = std::min(request.answer_within, deadline - loop.steady());
  if (request.answer_within <= Duration::zero())  // which curl would take for no limit
    co_return fail(AwsError::timed_out, fmt::format("{}: no time is left to ask it", origin_of(request.url)));
  const auto arrival = std::make_shared<Arrival>(loop);
  http.send(std::move(request), [&loop, waiting = std::weak_ptr{arrival}](Result<HttpResponse> response) {
    loop.post([waiting, response = std::move(response)]() mutable {
      const auto arrived = waiting.lock();
      if (!arrived) return;
      arrived->response = std::move(response);
      arrived->event.set();
    });
  });
  co_await arrival->event.wait();
  co_return std::move(*arrival->response);
}

}  // namespace m2c2::aws
