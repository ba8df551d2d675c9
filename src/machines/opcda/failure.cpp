// Names what failed and what to do about it.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error_family.hpp"
#include "base/foreign_text.hpp"
#include "machines/opcda/com_error.hpp"
#include "net/transport.hpp"

namespace m2c2::machines {
namespace {

bool contains(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

/// The number may stand in the traceback alone.
std::optional<std::int32_t> com_number_of(const pyro::Raised& raised) {
  if (const auto code = com_number(raised.text)) return code;
  for (auto line = raised.traceback.rbegin(); line != raised.traceback.rend(); ++line)
    if (const auto code = contains(*line, "com_error") ? com_number(*line) : std::nullopt) return code;
  return std::nullopt;
}

std::string com_text(const OpcdaPeer& peer, std::string_view call, const ComError& com) {
  const std::string what = to_text(com);
  const std::string remedy = com.remedy.empty() ? std::string{} : fmt::format("; {}", com.remedy);
  switch (com.kind) {
    case ComKind::away:
      return fmt::format("OPC DA server {} does not answer its gateway at {}: {}{}", peer.server, peer.where, what,
                         remedy);
    case ComKind::unknown:
      return fmt::format(
          "the gateway at {0} cannot start OPC DA server {1}: {2}{3}. 'm2c2 opcda doctor {0}' lists the "
          "servers that it knows",
          peer.where, peer.server, what, remedy);
    default:
      return fmt::format("OPC DA server {} fails at '{}' of its gateway at {}: {}{}", peer.server, call, peer.where,
                         what, remedy);
  }
}

std::string dispatch_text(const OpcdaPeer& peer, std::string_view why) {
  return fmt::format(
      "the gateway at {} finds no OPC automation DLL ({}): register one with regsvr32, such as gbda_aut.dll, and run "
      "the gateway with Python of the same bitness, mostly 32 bits",
      peer.where, foreign_text(why));
}

std::string name_of(const OpcdaQuestion& question) {
  return question.call.empty() ? std::string{"the handshake"} : fmt::format("'{}'", question.call);
}

Error unreachable(const OpcdaPeer& peer, std::string_view why) {
  return {OpcdaError::unreachable,
          fmt::format("cannot reach the gateway at {}: {}. Check machine-ip, the network, and that the Windows machine "
                      "is on",
                      peer.where, why)};
}

Error silent(const OpcdaPeer& peer, const OpcdaQuestion& question) {
  const double waited = std::chrono::duration<double>(question.patience).count();
  const std::string_view remedy =
      question.call.empty()
          ? "It takes connections and says nothing: restart the OpenOPC service, and check that port-number is its own"
          : "The OPC DA server behind it may hang: check it, then restart the OpenOPC service if this goes on";
  return {OpcdaError::no_answer, fmt::format("the gateway at {} did not answer {} within {} s. {}", peer.where,
                                             name_of(question), waited, remedy)};
}

Error ended(const OpcdaPeer& peer, const OpcdaQuestion& question) {
  if (question.first_read)
    return {OpcdaError::closed,
            fmt::format("the gateway at {} closed the connection at the first read: so it ends when Python has 64 bits "
                        "and OPC DA server {} has 32, or the other way round. Run the gateway with Python of the "
                        "server's bitness, mostly 32 bits",
                        peer.where, peer.server)};
  return {OpcdaError::closed, fmt::format("the gateway at {} closed the connection at {}: check that the OpenOPC "
                                          "service still runs, and that it is what listens there",
                                          peer.where, name_of(question))};
}

}  // namespace

const char* error_family_name(OpcdaError) { return "opcda"; }

std::string error_text(OpcdaError e) {
  switch (e) {
    case OpcdaError::no_answer:
      return "no answer from the OpenOPC gateway";
    case OpcdaError::refused:
      return "the OpenOPC gateway is not listening";
    case OpcdaError::busy:
      return "the OpenOPC gateway takes no further connection";
    case OpcdaError::closed:
      return "connection closed by the OpenOPC gateway";
    case OpcdaError::no_gateway:
      return "not an answer of an OpenOPC gateway";
    case OpcdaError::raised:
      return "the OpenOPC gateway raised an exception";
    case OpcdaError::unreachable:
      return "the OpenOPC gateway cannot be reached";
  }
  return "unknown OPC DA error";
}

std::error_code make_error_code(OpcdaError e) { return make_family_code(e); }

Error cannot_connect(const OpcdaPeer& peer, const Error& net) {
  if (net.code == net::NetError::cancelled) return net;
  if (net.code != net::NetError::refused) return unreachable(peer, net.text);
  return {OpcdaError::refused,
          fmt::format("{} refuses the connection: the OpenOPC gateway is not listening there. On the Windows machine "
                      "start the service zzzOpenOPCService, open the port in the firewall, and set OPC_GATE_HOST to "
                      "the machine's own address: without it the gateway listens on localhost alone",
                      peer.where)};
}

Error lost(const OpcdaPeer& peer, const Error& net, const OpcdaQuestion& question) {
  if (net.code == net::NetError::cancelled) return net;
  if (net.code == net::NetError::timed_out) return silent(peer, question);
  if (net.code == net::NetError::closed) return ended(peer, question);
  return unreachable(peer, net.text);
}

Error refused(const OpcdaPeer& peer, const pyro::Refused& refusal) {
  if (contains(refusal.text, "no free workers"))
    return {OpcdaError::busy,
            fmt::format("the gateway at {} takes no further connection, for all its 40 are taken: end other clients of "
                        "it, or restart the OpenOPC service to end those that were left behind",
                        peer.where)};
  if (contains(refusal.text, "unknown object"))
    return {OpcdaError::no_gateway,
            fmt::format("at {} a Pyro daemon answers that knows no object 'opc', so it is no OpenOPC gateway: check "
                        "machine-ip and port-number",
                        peer.where)};
  if (contains(refusal.text, "serializer"))
    return {OpcdaError::no_gateway, fmt::format("the gateway at {} refuses serpent ('{}'): take 'serpent' into its "
                                                "PYRO_SERIALIZERS_ACCEPTED",
                                                peer.where, foreign_text(refusal.text))};
  return {OpcdaError::no_gateway,
          fmt::format("the gateway at {} refuses the connection: '{}'. Check that it is a Pyro4 variant of OpenOPC",
                      peer.where, foreign_text(refusal.text))};
}

Error no_answer_to(const OpcdaPeer& peer, const pyro::BadAnswer& bad) {
  return {OpcdaError::no_gateway, fmt::format("{}: {}", peer.where, bad.text)};
}

Error odd_answer(const OpcdaPeer& peer, std::string_view call, std::string_view why) {
  return {OpcdaError::no_gateway,
          fmt::format("the gateway at {} answered '{}' with something else than it must ({}): check that it is a "
                      "variant of OpenOPC named in docs/guides/opcda.md",
                      peer.where, call, why)};
}

Error raised(const OpcdaPeer& peer, std::string_view call, const pyro::Raised& raised) {
  std::string text;
  const auto code = com_number_of(raised);
  if (contains(raised.text, "Dispatch:")) {
    text = dispatch_text(peer, code ? to_text(describe_com(*code)) : raised.text);
  } else if (code) {
    text = com_text(peer, call, describe_com(*code));
  } else if (contains(raised.text, "com_error")) {
    text = fmt::format(
        "OPC DA server {} fails at '{}' of its gateway at {}, which keeps the reason to itself: check "
        "that the server runs, and look into the gateway's log",
        peer.server, call, peer.where);
  } else if (contains(raised.text, "Timeout waiting for data")) {
    text = fmt::format(
        "OPC DA server {} did not call its gateway at {} back in time: take opcda-read-mode 'sync', or "
        "check that the server is not overloaded",
        peer.server, peer.where);
  } else if (is_unknown_object(raised)) {
    text = fmt::format("the gateway at {} has ended this session, or was restarted: a new one is made", peer.where);
  } else {
    text = fmt::format("the gateway at {} fails at '{}': {}: {}; check OPC DA server {} and the gateway's log",
                       peer.where, call, foreign_text(raised.name()), foreign_text(raised.text), peer.server);
  }
  return {OpcdaError::raised, std::move(text)};
}

bool blames_a_tag(const pyro::Raised& raised) {
  if (raised.name() != "TypeError" && raised.name() != "AttributeError") return false;
  return !contains(raised.text, "com_error") && !contains(raised.text, "DefaultGroupUpdateRate") &&
         !com_number_of(raised);
}

bool is_unknown_server(const pyro::Raised& raised) {
  const auto code = com_number_of(raised);
  return code && describe_com(*code).kind == ComKind::unknown && !contains(raised.text, "Dispatch:");
}

bool is_unknown_object(const pyro::Raised& raised) {
  return raised.name() == "DaemonError" && contains(raised.text, "unknown object");
}

}  // namespace m2c2::machines
