// What operators are told, for every way in which a gateway fails.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/failure.hpp"

#include <gmock/gmock.h>

#include "machines/opcda/com_error.hpp"
#include "net/transport.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const OpcdaPeer kPeer{"10.0.0.5:7766", "Matrikon.OPC.Simulation.1"};

std::string of(std::string_view call, std::string type, std::string text, std::vector<std::string> traceback = {}) {
  return raised(kPeer, call, {std::move(type), std::move(text), std::move(traceback)}).text;
}

TEST(OpcdaFailure, PutsComErrorsIntoWords) {
  EXPECT_EQ(of("read", "OpenOPC.OPCError", "read: -2147023174"),
            "OPC DA server Matrikon.OPC.Simulation.1 does not answer its gateway at 10.0.0.5:7766: -2147023174 RPC "
            "server unavailable; check that the OPC DA server runs on the Windows machine (and DCOM rights)");
  EXPECT_THAT(of("connect", "OpenOPC.OPCError", "Connect: -2147221005"),
              AllOf(StartsWith("the gateway at 10.0.0.5:7766 cannot start OPC DA server Matrikon.OPC.Simulation.1: "
                               "-2147221005 invalid class string; check opcda-server-name"),
                    HasSubstr("32 bits")));
  EXPECT_THAT(of("connect", "OpenOPC.OPCError", "Connect: -2147024891"), HasSubstr("access denied; give the account"));
  EXPECT_THAT(of("create_client", "OpenOPC.OPCError", "Dispatch: -2147221005"),
              HasSubstr("finds no OPC automation DLL (-2147221005 invalid class string): register one"));
  EXPECT_THAT(of("list", "OpenOPC.OPCError", "list: -2000000000"), HasSubstr("fails at 'list' of its gateway"));
  EXPECT_THAT(of("list", "OpenOPC.OPCError", "list: -2000000000"), HasSubstr("-2000000000 (0x88CA6C00)"));
}

TEST(OpcdaFailure, FindsTheNumberWhereGatewaysHideIt) {
  EXPECT_EQ(com_number("read: -2147023174"), -2147023174);
  EXPECT_EQ(com_number("a-b: -12, (-2147221005, 'Invalid class string', None, None)"), -2147221005);
  EXPECT_EQ(com_number("it is -21474836480 or -214748364"), std::nullopt);
  EXPECT_EQ(com_number("read: 2147023174-"), std::nullopt);
  EXPECT_THAT(of("connect", "builtins.TypeError", "cannot unpack non-iterable com_error object",
                 {"pythoncom.com_error: (-2147221164, 'Class not registered', None, None)\n", "TypeError: …\n"}),
              HasSubstr("-2147221164 class not registered"));
  EXPECT_THAT(of("read", "builtins.TypeError", "cannot unpack non-iterable com_error object"),
              HasSubstr("keeps the reason to itself"));
}

TEST(OpcdaFailure, TellsOtherExceptionsAsTheyAre) {
  EXPECT_THAT(of("read", "OpenOPC.TimeoutError", "Callback: Timeout waiting for data"),
              HasSubstr("take opcda-read-mode 'sync'"));
  EXPECT_THAT(of("read", "OpenOPC.TimeOutErrors", "Callback: Timeout waiting for data"), HasSubstr("in time"));
  EXPECT_THAT(of("read", "Pyro4.errors.DaemonError", "unknown object"), HasSubstr("a new one is made"));
  EXPECT_THAT(of("list", "builtins.MemoryError", "no room"), HasSubstr("fails at 'list': MemoryError: no room; check"));
}

TEST(OpcdaFailure, KnowsWhichExceptionsATagIsToBlameFor) {
  const auto blames = [](std::string type, std::string text) {
    return blames_a_tag({std::move(type), std::move(text), {}});
  };
  EXPECT_TRUE(blames("builtins.TypeError", "argument of type 'bool' is not iterable"));
  EXPECT_TRUE(blames("exceptions.AttributeError", "'NoneType' object has no attribute 'ServerHandle'"));
  EXPECT_FALSE(blames("builtins.TypeError", "cannot unpack non-iterable com_error object"));
  EXPECT_FALSE(blames("builtins.AttributeError", "'NoneType' object has no attribute 'DefaultGroupUpdateRate'"));
  EXPECT_FALSE(blames("OpenOPC.OPCError", "read: -2147023174"));
}

TEST(OpcdaFailure, SaysWhyThereIsNoConnection) {
  const auto text = [](net::NetError error) { return cannot_connect(kPeer, {error, net::error_text(error)}).text; };
  EXPECT_THAT(text(net::NetError::refused),
              AllOf(HasSubstr("10.0.0.5:7766 refuses"), HasSubstr("zzzOpenOPCService"), HasSubstr("OPC_GATE_HOST")));
  EXPECT_THAT(text(net::NetError::unreachable), HasSubstr("cannot reach the gateway at 10.0.0.5:7766: host unreach"));
  EXPECT_EQ(cannot_connect(kPeer, {net::NetError::cancelled, {}}).code, net::NetError::cancelled);
}

TEST(OpcdaFailure, SaysHowTheConnectionWasLost) {
  const auto text = [](net::NetError error, const OpcdaQuestion& question) {
    return lost(kPeer, {error, net::error_text(error)}, question).text;
  };
  EXPECT_THAT(text(net::NetError::closed, {"read", 10s, true}), HasSubstr("Python of the server's bitness"));
  EXPECT_THAT(text(net::NetError::closed, {"read", 10s}), HasSubstr("at 'read': check that the OpenOPC service"));
  EXPECT_THAT(text(net::NetError::timed_out, {"read", 10s}), HasSubstr("did not answer 'read' within 10 s"));
  EXPECT_THAT(text(net::NetError::timed_out, {{}, 5s}), HasSubstr("the handshake within 5 s. It takes connections"));
}

TEST(OpcdaFailure, SaysWhyTheGatewayRefuses) {
  EXPECT_EQ(refused(kPeer, {"no free workers, increase server threadpool size"}).code, OpcdaError::busy);
  EXPECT_THAT(refused(kPeer, {"no free workers, increase server threadpool size"}).text, HasSubstr("all its 40"));
  EXPECT_THAT(refused(kPeer, {"unknown object"}).text, HasSubstr("it is no OpenOPC gateway"));
  EXPECT_THAT(refused(kPeer, {"message used serializer that is not accepted: 1"}).text, HasSubstr("'serpent'"));
  EXPECT_THAT(refused(kPeer, {"header checksum mismatch"}).text, HasSubstr("'header checksum mismatch'"));
}

}  // namespace
}  // namespace m2c2::machines
