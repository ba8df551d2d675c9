// Frames over a transport.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/link.hpp"

#include <algorithm>
#include <utility>

namespace m2c2::machines {
namespace {

constexpr auto kPyro4 = pyro::Protocol::pyro4;
constexpr std::string_view kService = "opc";
constexpr std::size_t kFirstBytes = 4096;
constexpr std::size_t kMostKept = 256UL << 10;  ///< of room for answers; a read of 500 items has 45 KB

/// What a gateway may make this program hold.
constexpr pyro::Limits at_most(std::size_t mebibytes) {
  return {.frame_bytes = mebibytes << 20, .data_bytes = mebibytes << 20};
}

/// 500 items of 8 KiB to a read; to list() 100,000 of 100 bytes, as of a whole server.
constexpr pyro::Limits limits_of(std::string_view call) {
  return at_most(call == "read" ? 4 : call == "list" ? 16 : 1);
}

}  // namespace

struct OpcdaLink::LastCall {
  OpcdaLink* link;
  std::unique_ptr<net::Alarm> alarm;
};

OpcdaLink::OpcdaLink(net::Loop& loop, net::Transport& transport, OpcdaPeer peer)
    : loop_{loop}, transport_{transport}, peer_{std::move(peer)} {}

net::Task<Result<>> OpcdaLink::open(Duration patience) {
  sequence_ = 0;
  answered_ = filled_;
  was_read_ = false;
  const auto opened = co_await transport_.open(loop_.steady() + patience);
  if (!opened) {
    transport_.close();
    co_return std::unexpected{cannot_connect(peer_, opened.error())};
  }
  request_.clear();
  pyro::encode_connect(request_, kPyro4, sequence_, kService);
  const auto answer = co_await ask(pyro::MessageType::connect, {.call = {}, .patience = patience});
  if (!answer) co_return std::unexpected{answer.error()};
  co_return Result<>{};
}

net::Task<Result<pyro::Answer>> OpcdaLink::call(pyro::Call call, Duration patience) {
  if (!transport_.is_open()) co_return fail(net::NetError::cancelled);
  request_.clear();
  pyro::encode_call(request_, kPyro4, ++sequence_, call);
  const bool is_read = call.method == "read";
  auto answer = co_await ask(pyro::MessageType::invoke,
                             {.call = call.method, .patience = patience, .first_read = is_read && !was_read_});
  was_read_ = was_read_ || is_read;
  forget_last_call();
  co_return answer;
}

void OpcdaLink::close_unless_answered(Duration within) {
  forget_last_call();
  last_call_ = std::make_shared<LastCall>(this, loop_.make_alarm());
  loop_.spawn(close_at(last_call_, loop_.steady() + within));
}

net::Task<> OpcdaLink::close_at(std::shared_ptr<LastCall> last, SteadyTime at) {
  const bool late = co_await last->alarm->wait_until(at);
  if (late && last->link != nullptr) last->link->close();
}

void OpcdaLink::forget_last_call() {
  if (!last_call_) return;
  last_call_->link = nullptr;
  last_call_->alarm->cancel();
  last_call_.reset();
}

net::Task<Result<pyro::Answer>> OpcdaLink::ask(pyro::MessageType type, OpcdaQuestion question) {
  forget_answer();
  const SteadyTime deadline = loop_.steady() + question.patience;
  const pyro::Limits limits = limits_of(question.call);
  const auto sent = co_await transport_.send(request_, deadline);
  const auto came = sent ? co_await frame(deadline, limits, question)
                         : Result<ByteView>{std::unexpected{lost(peer_, sent.error(), question)}};
  if (!came) {
    transport_.close();
    co_return std::unexpected{came.error()};
  }
  auto answer =
      pyro::read_answer({.protocol = kPyro4, .request = type, .sequence = sequence_}, *came, inflated_, limits);
  if (answer && !std::holds_alternative<pyro::Refused>(*answer)) co_return *std::move(answer);
  transport_.close();
  co_return std::unexpected{answer ? refused(peer_, std::get<pyro::Refused>(*answer))
                                   : no_answer_to(peer_, answer.error())};
}

net::Task<Result<ByteView>> OpcdaLink::frame(SteadyTime deadline, const pyro::Limits& limits, OpcdaQuestion question) {
  for (;;) {
    const ByteView here = ByteView{received_}.first(filled_);
    const auto size = pyro::frame_size(kPyro4, here, limits);
    if (!size) co_return std::unexpected{no_answer_to(peer_, {size.error(), pyro::describe(size.error(), here)})};
    if (*size && **size <= filled_) {
      answered_ = **size;
      co_return here.first(answered_);
    }
    // A peer that sends drop by drop does not hold up the deadline.
    if (loop_.steady() >= deadline)
      co_return std::unexpected{lost(peer_, Error{net::NetError::timed_out, {}}, question)};
    if (filled_ == received_.size())
      received_.resize(std::min(std::max(2 * filled_, kFirstBytes), size->value_or(kFirstBytes)));
    const auto got = co_await transport_.receive(std::span{received_}.subspan(filled_), deadline);
    if (!got) co_return std::unexpected{lost(peer_, got.error(), question)};
    filled_ += *got;
  }
}

/// What came behind it stays, and will not fit the next question. Much room is not kept for what comes seldom.
void OpcdaLink::forget_answer() {
  const auto begin = received_.begin();
  std::copy(begin + static_cast<std::ptrdiff_t>(answered_), begin + static_cast<std::ptrdiff_t>(filled_), begin);
  filled_ -= std::exchange(answered_, 0);
  if (filled_ == 0 && received_.size() > kMostKept) received_ = {};
  if (inflated_.size() > kMostKept) inflated_ = {};
}

}  // namespace m2c2::machines
