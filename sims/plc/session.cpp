// One connection to a station: cutting requests out of what comes, answering them, and the faults.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/session.hpp"

#include <utility>

#include "sims/plc/end_codes.hpp"

namespace m2c2::sim {
namespace {

/// A message whose rest does not come in this time is forgotten, so that a wrong length ends in silence and no more.
constexpr Duration kReceiveTimeout = std::chrono::seconds{1};

slmp::Route other_station(slmp::Route route) {
  route.network = static_cast<std::uint8_t>(route.network + 1);
  route.station = 1;
  return route;
}

}  // namespace

void Session::receive(ByteView bytes, Duration at, Reaction& reaction) {
  reaction.bytes.clear();
  reaction.delay = station_.faults.delay;
  reaction.piece = carrier_ == Carrier::tcp ? station_.faults.split : 0;
  reaction.close = false;
  if (at - std::exchange(last_receive_, at) > kReceiveTimeout) partial_.clear();

  Bytes whole;
  if (!partial_.empty()) {
    whole = std::move(partial_);
    whole.insert(whole.end(), bytes.begin(), bytes.end());
    bytes = whole;
    partial_.clear();
  }
  const bool last_only = carrier_ == Carrier::tcp && station_.plc.family().answers_last_only;
  std::optional<Message> last;
  while (const auto message = next_message(bytes)) {
    if (last_only) last = message;
    else if (!take(*message, at, reaction)) bytes = {};
  }
  if (last && !take(*last, at, reaction)) bytes = {};
  if (carrier_ == Carrier::tcp) partial_.assign(bytes.begin(), bytes.end());
  else if (!bytes.empty()) ++station_.counters.ignored;
}

std::optional<Session::Message> Session::next_message(ByteView& rest) {
  const auto format = slmp::detect_request_format(rest);
  if (!format && rest.size() < 4) return std::nullopt;
  const auto size = format && accepts(*format) ? slmp::message_size(*format, slmp::Side::request, rest)
                                               : std::unexpected{slmp::FrameFault::subheader};
  if (!size) {
    ++station_.counters.ignored;
    rest = {};
    return std::nullopt;
  }
  if (!*size || **size > rest.size()) return std::nullopt;
  const Message message{.format = *format, .bytes = rest.first(**size)};
  // A datagram is one message; what stands behind it is not read.
  rest = carrier_ == Carrier::udp ? ByteView{} : rest.subspan(**size);
  return message;
}

bool Session::accepts(slmp::Format format) const {
  const PortSetting& port = station_.port;
  if (format.frame == slmp::FrameType::e4 && !station_.plc.family().frame_4e) return false;
  return port.code.value_or(format.code) == format.code && port.frame.value_or(format.frame) == format.frame;
}

bool Session::take(const Message& message, Duration at, Reaction& reaction) {
  const auto request = slmp::decode_request(message.format, message.bytes);
  if (!request) {
    ++station_.counters.ignored;
    return false;
  }
  ++station_.counters.requests;
  ++requests_;
  const Plc::Answer said = station_.plc.answer(message.format.code, *request, at);
  answer(message.format, *request, said, reaction);
  const std::uint64_t close = carrier_ == Carrier::tcp ? station_.faults.close : 0;
  if (close != 0 && requests_ % close == 0) reaction.close = true;
  return said.end_code != end_code::length && !reaction.close;
}

void Session::answer(slmp::Format format, const slmp::Request& request, const Plc::Answer& said, Reaction& reaction) {
  const Faults& faults = station_.faults;
  slmp::Response response{
      .route = request.route, .serial = request.serial, .end_code = said.end_code, .data = said.data};
  if (said.end_code != end_code::done) {
    response.error =
        slmp::ErrorInfo{.route = request.route, .command = request.command, .subcommand = request.subcommand};
  }
  const auto before = static_cast<std::uint16_t>(request.serial - 1);
  if (faults.stale_serial) response.serial = last_serial_.value_or(before);
  if (faults.wrong_route) response.route = other_station(request.route);
  last_serial_ = request.serial;
  answer_.clear();
  slmp::encode(answer_, format, response);
  if (said.end_code != end_code::done) ++station_.counters.refusals;
  send(reaction);
}

void Session::send(Reaction& reaction) {
  const Faults& faults = station_.faults;
  auto& dice = station_.dice;
  if (faults.silence) return;
  if (faults.drop > 0 && std::uniform_real_distribution{}(dice) < faults.drop) return;
  if (faults.late) std::swap(answer_, late_answer_);
  else late_answer_.clear();
  if (answer_.empty()) return;
  if (faults.garbage) {
    for (std::byte& byte : answer_) byte = static_cast<std::byte>(dice() & 0xFF);
  }
  ++station_.counters.answers;
  reaction.bytes.insert(reaction.bytes.end(), answer_.begin(), answer_.end());
}

}  // namespace m2c2::sim
