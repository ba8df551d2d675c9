// Names what failed and what to do about it.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error_family.hpp"
#include "base/hex.hpp"
#include "net/transport.hpp"
#include "protocols/slmp/end_code.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;

std::string_view name_of(job::Ethernet ethernet) { return ethernet == job::Ethernet::udp ? "UDP" : "TCP"; }
std::string_view spoken(slmp::Code code) { return code == slmp::Code::ascii ? "ASCII" : "binary"; }
/// As communication-code says it.
std::string_view name_of(slmp::Code code) { return code == slmp::Code::ascii ? "ascii" : "binary"; }
/// As subheader says it.
std::string_view name_of(slmp::FrameType frame) {
  return frame == slmp::FrameType::e4 ? "with serial" : "without serial";
}

slmp::Code other(slmp::Code code) { return code == slmp::Code::ascii ? slmp::Code::binary : slmp::Code::ascii; }

std::string station_text(const slmp::Route& route) {
  return fmt::format("network {}, station {}, module {:04X}, multidrop {}", route.network, route.station,
                     route.module_io, route.multidrop);
}

Error refused(const SlmpPeer& peer) {
  return {SlmpError::refused,
          fmt::format("{} refuses {}: nothing listens there. Check port-number and ethernet, and that the PLC's "
                      "parameters have an SLMP connection entry for this port and were written to the PLC",
                      peer.where, name_of(peer.how.ethernet))};
}

/// FX5 CPUs may close the connection on subcommands that they do not know.
std::string doubt_of_subcommand(const SlmpPeer& peer, ByteView question) {
  const auto request = slmp::decode_request(peer.how.format, question);
  if (!request || !slmp::is_iqr(request->subcommand)) return {};
  return ". If the PLC is an FX5, which knows no iQ-R subcommands, change the subcommand to that of Q and L CPUs";
}

Error taken(const SlmpPeer& peer, ByteView question) {
  return {SlmpError::taken,
          fmt::format("{} accepted the connection and closed it before any answer: most likely another client holds "
                      "the port, since an SLMP connection entry serves one. Add another SLMP connection entry with a "
                      "port of its own to the PLC's parameters, or stop the other client{}",
                      peer.where, doubt_of_subcommand(peer, question))};
}

Error unreachable(const SlmpPeer& peer, std::string_view why) {
  return {SlmpError::unreachable,
          fmt::format("cannot reach {}: {}. Check machine-ip, the cabling, and that the PLC is on", peer.where, why)};
}

/// Why a PLC that has not answered yet may stay silent (SLMP manual, "End codes": C06F is only logged in the PLC).
std::vector<std::string> causes_of_silence(const job::SlmpConnectivity& how) {
  std::vector<std::string> causes;
  causes.push_back(fmt::format("the port is set to {} code (set communication-code to '{}')",
                               spoken(other(how.format.code)), name_of(other(how.format.code))));
  if (how.format.frame == slmp::FrameType::e4) {
    causes.emplace_back(
        "the port takes no serial numbers, as the built-in ports of Q and L CPUs "
        "(set subheader to 'without serial')");
  }
  if (how.ethernet == job::Ethernet::tcp) {
    causes.emplace_back("another client uses the port (add another SLMP connection entry)");
  } else {
    causes.emplace_back("nothing is there (check machine-ip and port-number)");
    causes.emplace_back("the PLC's UDP connection entry names another communication partner (enter this gateway)");
  }
  if (how.route != slmp::Route{}) {
    causes.push_back(
        fmt::format("{} is not reached (check the route and the routing parameters)", station_text(how.route)));
  }
  return causes;
}

std::string dropped_text(const SlmpCounters& counters) {
  std::string text;
  if (counters.stale > 0) text += fmt::format("; {} answers to earlier questions were dropped", counters.stale);
  if (counters.foreign > 0)
    text += fmt::format("; {} answers of other stations than asked were dropped", counters.foreign);
  return text;
}

Error no_answer(const SlmpPeer& peer, const SlmpCounters& counters) {
  const bool asked_twice = peer.how.ethernet == job::Ethernet::udp && peer.how.format.frame == slmp::FrameType::e4;
  const std::string waited = fmt::format("{} s{}", std::chrono::duration<double>(time_out(peer.how)).count(),
                                         asked_twice ? ", asked twice" : "");
  if (counters.answers > 0) {
    return {SlmpError::no_answer,
            fmt::format("{} stopped answering: nothing came for {}{}. Check the network, and that the PLC is on",
                        peer.where, waited, dropped_text(counters))};
  }
  return {SlmpError::no_answer,
          fmt::format("{} does not answer: nothing came for {}{}. Likely causes: {}", peer.where, waited,
                      dropped_text(counters), fmt::join(causes_of_silence(peer.how), "; "))};
}

/// The format of an answer that begins like this.
std::optional<slmp::Format> format_of(ByteView came) {
  if (came.size() < 2) return std::nullopt;
  const auto first = std::to_integer<unsigned char>(came[0]), second = std::to_integer<unsigned char>(came[1]);
  if (first == 'D' && second == '0') return slmp::Format{slmp::FrameType::e3, slmp::Code::ascii};
  if (first == 'D' && second == '4') return slmp::Format{slmp::FrameType::e4, slmp::Code::ascii};
  if (first == 0xD0 && second == 0) return slmp::Format{slmp::FrameType::e3, slmp::Code::binary};
  if (first == 0xD4 && second == 0) return slmp::Format{slmp::FrameType::e4, slmp::Code::binary};
  return std::nullopt;
}

}  // namespace

const char* error_family_name(SlmpError) { return "slmp"; }

std::string error_text(SlmpError e) {
  switch (e) {
    case SlmpError::no_answer:
      return "the PLC does not answer";
    case SlmpError::refused:
      return "the PLC refuses the connection";
    case SlmpError::taken:
      return "the PLC's port is taken by another client";
    case SlmpError::closed:
      return "the PLC closed the connection";
    case SlmpError::bad_frame:
      return "the PLC's answer is no SLMP frame of the job's format";
    case SlmpError::end_code:
      return "the PLC answered with an end code";
    case SlmpError::unreachable:
      return "the PLC cannot be reached";
  }
  return "SLMP failure";
}

std::error_code make_error_code(SlmpError e) { return make_family_code(e); }

Duration time_out(const job::SlmpConnectivity& how) { return std::max<Duration>(3s, how.timer * 250ms + 1s); }

Error cannot_connect(const SlmpPeer& peer, const Error& net) {
  if (net.code == net::NetError::cancelled) return net;
  if (net.code == net::NetError::refused) return refused(peer);
  if (net.code == net::NetError::closed) return taken(peer, {});
  if (net.code == net::NetError::name) return unreachable(peer, net.text);
  if (net.code == net::NetError::unreachable) return unreachable(peer, net.text);
  return {SlmpError::unreachable, fmt::format("cannot connect to {}: {}", peer.where, net.text)};
}

Error lost(const SlmpPeer& peer, const Error& net, const SlmpCounters& counters, ByteView question) {
  if (net.code == net::NetError::cancelled) return net;
  if (net.code == net::NetError::refused) return refused(peer);
  if (net.code == net::NetError::timed_out) return no_answer(peer, counters);
  if (net.code == net::NetError::unreachable) return unreachable(peer, net.text);
  if (net.code != net::NetError::closed)
    return {SlmpError::closed, fmt::format("the connection to {} failed: {}", peer.where, net.text)};
  if (counters.bytes == 0) return taken(peer, question);
  return {SlmpError::closed,
          fmt::format("{} closed the connection{}", peer.where, doubt_of_subcommand(peer, question))};
}

Error no_frame(const SlmpPeer& peer, slmp::FrameFault fault, ByteView came) {
  const slmp::Format said = peer.how.format;
  const slmp::Format is = format_of(came).value_or(said);
  if (is.code != said.code) {
    return {SlmpError::bad_frame,
            fmt::format("{} answers in {} while the job says {}: set communication-code to '{}', "
                        "or the PLC's port to {} code",
                        peer.where, spoken(is.code), spoken(said.code), name_of(is.code), spoken(said.code))};
  }
  if (is.frame != said.frame) {
    return {SlmpError::bad_frame, fmt::format("{0} answers {1} while the job says '{2}': set subheader to '{1}'",
                                              peer.where, name_of(is.frame), name_of(said.frame))};
  }
  constexpr std::size_t kShown = 16;
  return {SlmpError::bad_frame,
          fmt::format("{} sent what is no SLMP answer ({}; it begins with the bytes {}). Check that port-number is the "
                      "one of the PLC's SLMP connection entry",
                      peer.where, slmp::to_text(fault), to_hex(came.first(std::min(came.size(), kShown))))};
}

Error out_of_step(const SlmpPeer& peer, std::string_view subject, std::size_t data_bytes) {
  return {
      SlmpError::bad_frame,
      fmt::format("{} answered {} with {} bytes of data, which is not what was asked for. Without serial numbers it "
                  "may be the answer to another question, and so may those before it: nothing of this iteration is "
                  "used. Set subheader to 'with serial' if the PLC knows it",
                  peer.where, subject, data_bytes)};
}

Error refusal(const SlmpPeer& peer, const slmp::Response& response) {
  std::string text = slmp::to_text(slmp::describe_end_code(response.end_code));
  if (response.error && response.error->route != peer.how.route)
    text += fmt::format(" (refused by {})", station_text(response.error->route));
  return {SlmpError::end_code, std::move(text)};
}

}  // namespace m2c2::machines
