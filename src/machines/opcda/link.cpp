// Frames over a transport.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/link.hpp"

#include <algorithm>
#include <utility>

namespace m2c2::machines {
namespace {

constexpr auto kPyro4 = pyro::Protocol::pyro4;
constexpr std::string_view kService = "opc";
/// The longest answers are those to list() of a whole server: 100,000 items of 100 bytes.
constexpr pyro::Limits kLimits{.frame_bytes = 16UL << 20, .data_bytes = 32UL << 20};
constexpr std::size_t kFirstBytes = 4096;

}  // namespace

OpcdaLink::OpcdaLink(net::Loop& loop, net::Transport& transport, OpcdaPeer peer)
    : loop_{loop}, transport_{transport}, peer_{std::move(peer)} {}

net::Task<Result<>> OpcdaLink::open(Duration patience) {
  sequence_ = 0;
  filled_ = answered_ = 0;
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
  co_return answer;
}

net::Task<Result<pyro::Answer>> OpcdaLink::ask(pyro::MessageType type, OpcdaQuestion question) {
  forget_answer();
  const SteadyTime deadline = loop_.steady() + question.patience;
  const auto sent = co_await transport_.send(request_, deadline);
  const auto came = sent ? co_await frame(deadline, question)
                         : Result<ByteView>{std::unexpected{lost(peer_, sent.error(), question)}};
  if (!came) {
    transport_.close();
    co_return std::unexpected{came.error()};
  }
  auto answer =
      pyro::read_answer({.protocol = kPyro4, .request = type, .sequence = sequence_}, *came, inflated_, kLimits);
  if (answer && !std::holds_alternative<pyro::Refused>(*answer)) co_return *std::move(answer);
  transport_.close();
  co_return std::unexpected{answer ? refused(peer_, std::get<pyro::Refused>(*answer))
                                   : no_answer_to(peer_, answer.error())};
}

net::Task<Result<ByteView>> OpcdaLink::frame(SteadyTime deadline, OpcdaQuestion question) {
  for (;;) {
    const ByteView here = ByteView{received_}.first(filled_);
    const auto size = pyro::frame_size(kPyro4, here, kLimits);
    if (!size) co_return std::unexpected{no_answer_to(peer_, {size.error(), pyro::describe(size.error(), here)})};
    if (*size && **size <= filled_) {
      answered_ = **size;
      co_return here.first(answered_);
    }
    // A peer that sends drop by drop does not hold up the deadline.
    if (loop_.steady() >= deadline)
      co_return std::unexpected{lost(peer_, Error{net::NetError::timed_out, {}}, question)};
    if (filled_ == received_.size()) received_.resize(std::max(2 * received_.size(), kFirstBytes));
    const auto got = co_await transport_.receive(std::span{received_}.subspan(filled_), deadline);
    if (!got) co_return std::unexpected{lost(peer_, got.error(), question)};
    filled_ += *got;
  }
}

/// What came behind it stays, and will not fit the next question.
void OpcdaLink::forget_answer() {
  const auto begin = received_.begin();
  std::copy(begin + static_cast<std::ptrdiff_t>(answered_), begin + static_cast<std::ptrdiff_t>(filled_), begin);
  filled_ -= std::exchange(answered_, 0);
}

}  // namespace m2c2::machines
