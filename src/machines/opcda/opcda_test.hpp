// For tests: an OpenOPC gateway that keeps to a script, call by call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "net/virtual_loop.hpp"
#include "protocols/pyro/message.hpp"
#include "tests/support/scripted_transport.hpp"

namespace m2c2::machines::testing {

inline constexpr std::string_view kServer = "Matrikon.OPC.Simulation.1";

/// Counts the sequence as a client must: from 0 at each greeting.
class ScriptedGateway {
 public:
  explicit ScriptedGateway(net::Loop& loop) : peer_{loop} {}

  std::unique_ptr<net::Transport> transport() { return peer_.transport(); }
  test::ScriptedPeer& peer() { return peer_; }

  /// A connection, and its handshake.
  ScriptedGateway& greets() {
    expect_greeting();
    peer_.reply(frame(pyro::MessageType::connect_ok, 0, "{'handshake':'hello','meta':{'methods':['create_client']}}"));
    return *this;
  }
  ScriptedGateway& expect_greeting() {
    sequence_ = 0;
    Bytes connect;
    pyro::encode_connect(connect, pyro::Protocol::pyro4, 0, "opc");
    peer_.expect(connect);
    return *this;
  }
  ScriptedGateway& call(std::string_view object, std::string_view method, std::string_view arguments = "()",
                        std::string_view keywords = "{}") {
    Bytes bytes;
    pyro::encode_call(bytes, pyro::Protocol::pyro4, ++sequence_, {object, method, arguments, keywords});
    peer_.expect(bytes);
    return *this;
  }
  ScriptedGateway& returns(std::string_view value) {
    peer_.reply(frame(pyro::MessageType::result, 0, value));
    return *this;
  }
  ScriptedGateway& raises(std::string_view type, std::string_view text) {
    std::string value = fmt::format("{{'__class__':'{}','__exception__':True,'args':(", type);
    pyro::append_serpent(value, text);
    value += ",),'attributes':{}}";
    peer_.reply(frame(pyro::MessageType::result, pyro::flag::kException, value));
    return *this;
  }
  ScriptedGateway& unknown_object() { return raises("Pyro4.errors.DaemonError", "unknown object"); }
  /// The answer to the call before, or to the greeting.
  Bytes frame(pyro::MessageType type, std::uint16_t flags, std::string_view serpent, int sequence = -1) const {
    const std::string data = "# serpent utf-8 python3.2\n" + std::string{serpent};
    Bytes bytes;
    pyro::encode(bytes, pyro::Protocol::pyro4,
                 {.type = type,
                  .flags = flags,
                  .sequence = sequence < 0 ? sequence_ : static_cast<std::uint16_t>(sequence),
                  .data = as_bytes(data)});
    return bytes;
  }

  /// A new object that is connected to the OPC DA server.
  ScriptedGateway& creates(std::string_view id) {
    create(id);
    return call(id, "connect", fmt::format("('{}',)", kServer)).returns("None");
  }
  ScriptedGateway& create(std::string_view id) {
    return call("opc", "create_client")
        .returns(fmt::format("{{'__class__':'Pyro4.core.Proxy','state':('PYRO:{}@localhost:7766',(),(),(),0.0,None,"
                             "'hello',0,None)}}",
                             id));
  }
  ScriptedGateway& closes(std::string_view id) { return call(id, "close").returns("None"); }
  ScriptedGateway& read(std::string_view id, std::string_view items, std::string_view keywords = "{'sync':True}") {
    return call(id, "read", fmt::format("([{}],)", items), keywords);
  }

 private:
  test::ScriptedPeer peer_;
  std::uint16_t sequence_ = 0;
};

}  // namespace m2c2::machines::testing
