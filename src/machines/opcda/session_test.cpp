// The life of a session in a scripted gateway: made, taken up again, renewed, closed.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "machines/opcda/opcda_test.hpp"
#include "tests/vectors/pyro.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Line {
  Result<> open() { return test::run(loop, session.open()); }
  void leave() {
    test::run(loop, [](OpcdaSession& s) -> net::Task<bool> {
      co_await s.leave();
      co_return true;
    }(session));
  }
  Result<pyro::Answer> call(std::string_view method) { return test::run(loop, session.call(method, "()")); }
  Duration elapsed() const { return loop.steady() - SteadyTime{}; }

  net::VirtualLoop loop;
  testing::ScriptedGateway gateway{loop};
  std::unique_ptr<net::Transport> transport = gateway.transport();
  OpcdaSession session{loop, *transport, {"10.0.0.5:7766", std::string{testing::kServer}}};
};

TEST(OpcdaSession, SendsWhatPythonsClientSendsOverOneConnection) {
  using namespace vectors::pyro_wire;
  Line line;
  line.gateway.peer().expect(kConnect.frame()).reply(kConnectOk.frame(), 7);
  line.gateway.peer().expect(kCreateClient.frame()).reply(kProxy.frame(), 1);
  Bytes connect;
  pyro::encode_call(connect, pyro::Protocol::pyro4, 2,
                    {.object = kClientId, .method = "connect", .arguments = "('Matrikon.OPC.Simulation.1',)"});
  line.gateway.peer().expect(connect).reply(line.gateway.frame(pyro::MessageType::result, 0, "None", 2));
  const auto opened = line.open();
  EXPECT_TRUE(opened) << opened.error().text;
}

TEST(OpcdaSession, TakesThePlainIdOfOtherVariants) {
  Line line;
  line.gateway.greets().call("opc", "create_client").returns("'obj_1'");
  line.gateway.call("obj_1", "connect", "('Matrikon.OPC.Simulation.1',)").returns("True");
  EXPECT_TRUE(line.open());
}

TEST(OpcdaSession, GoesOnWithItsObjectAfterALostConnection) {
  Line line;
  line.gateway.greets().creates("obj_1").call("obj_1", "groups").peer().close();
  line.gateway.greets().call("obj_1", "GUID").returns("'PYRO:obj_1@localhost:7766'");
  line.gateway.call("obj_1", "groups").returns("[]");
  ASSERT_TRUE(line.open());
  EXPECT_EQ(line.call("groups").error().code, OpcdaError::closed);
  ASSERT_TRUE(line.open());
  EXPECT_TRUE(line.call("groups"));
}

TEST(OpcdaSession, MakesANewObjectWhenTheGatewayHasForgottenTheOld) {
  Line line;
  line.gateway.greets().creates("obj_1");
  line.gateway.greets().call("obj_1", "GUID").unknown_object().creates("obj_2");
  line.gateway.call("obj_2", "groups").returns("[]");
  ASSERT_TRUE(line.open());
  line.session.close();
  ASSERT_TRUE(line.open());
  EXPECT_TRUE(line.call("groups"));
}

TEST(OpcdaSession, ClosesTheObjectThatCannotConnectToItsServer) {
  Line line;
  line.gateway.greets().create("obj_1").call("obj_1", "connect", "('Matrikon.OPC.Simulation.1',)");
  line.gateway.raises("OpenOPC.OPCError", "Connect: -2147221005");
  line.gateway.call("obj_1", "servers").returns("['Kepware.KEPServerEX.V6',None,'RSLinx OPC Server']").closes("obj_1");
  EXPECT_THAT(line.open().error().text,
              AllOf(HasSubstr("cannot start OPC DA server Matrikon.OPC.Simulation.1: -2147221005 invalid class string"),
                    HasSubstr("'m2c2 opcda doctor 10.0.0.5:7766' lists the servers that it knows: "
                              "Kepware.KEPServerEX.V6, RSLinx OPC Server")));
}

TEST(OpcdaSession, ClosesLaterWhatItCouldNotCloseAtOnce) {
  Line line;
  line.gateway.greets().create("obj_1").call("obj_1", "connect", "('Matrikon.OPC.Simulation.1',)").peer().close();
  line.gateway.greets().closes("obj_1").creates("obj_2");
  EXPECT_EQ(line.open().error().code, OpcdaError::closed);
  EXPECT_TRUE(line.open());
}

TEST(OpcdaSession, DoesNotCloseTwiceWhatHangs) {
  Line line;
  line.gateway.greets().creates("obj_1");
  line.gateway.greets().call("obj_1", "close").peer().stay_silent();
  line.gateway.greets().creates("obj_2");
  ASSERT_TRUE(line.open());
  line.session.distrust();
  EXPECT_EQ(line.open().error().code, OpcdaError::no_answer);
  EXPECT_TRUE(line.open());
}

TEST(OpcdaSession, RenewsTheNewObjectFirstAndThenClosesTheOld) {
  Line line;
  line.gateway.greets().creates("obj_1").creates("obj_2").closes("obj_1").call("obj_2", "groups").returns("[]");
  ASSERT_TRUE(line.open());
  EXPECT_TRUE(test::run(line.loop, line.session.renew()));
  EXPECT_TRUE(line.call("groups"));
}

TEST(OpcdaSession, KeepsTheOldObjectWhenThereIsNoNewOne) {
  Line line;
  line.gateway.greets().creates("obj_1").call("opc", "create_client").raises("OpenOPC.OPCError", "Dispatch: no");
  line.gateway.call("obj_1", "groups").returns("[]");
  ASSERT_TRUE(line.open());
  EXPECT_TRUE(test::run(line.loop, line.session.renew()));
  EXPECT_TRUE(line.call("groups"));
}

TEST(OpcdaSession, AnAnswerToAnotherQuestionEndsTheConnection) {
  Line line;
  line.gateway.greets().creates("obj_1").call("obj_1", "groups");
  line.gateway.peer().reply(line.gateway.frame(pyro::MessageType::result, 0, "[]", 2));
  ASSERT_TRUE(line.open());
  const auto answer = line.call("groups");
  EXPECT_EQ(answer.error().code, OpcdaError::no_gateway);
  EXPECT_THAT(answer.error().text, HasSubstr("another question"));
  EXPECT_FALSE(line.transport->is_open());
}

TEST(OpcdaSession, ASecondAnswerIsNotTakenForTheNext) {
  Line line;
  line.gateway.greets().creates("obj_1").call("obj_1", "groups").returns("['a']").returns("['b']");
  line.gateway.call("obj_1", "groups").peer().stay_silent();
  ASSERT_TRUE(line.open());
  EXPECT_TRUE(line.call("groups"));
  EXPECT_EQ(line.call("groups").error().code, OpcdaError::no_gateway);
}

TEST(OpcdaSession, WaitsLongerThanTheGatewayItself) {
  Line line;
  line.gateway.greets().creates("obj_1").call("obj_1", "groups").peer().wait(9s);
  line.gateway.returns("[]").call("obj_1", "groups").peer().stay_silent();
  ASSERT_TRUE(line.open());
  EXPECT_TRUE(line.call("groups"));
  EXPECT_EQ(line.call("groups").error().code, OpcdaError::no_answer);
  EXPECT_EQ(line.elapsed(), 19s);
}

TEST(OpcdaSession, NamesPeersThatAreNoGateway) {
  const auto said = [](const Bytes& bytes) {
    Line line;
    line.gateway.expect_greeting().peer().reply(bytes);
    return line.open().error();
  };
  const std::string http = "HTTP/1.1 400 Bad Request\r\n\r\n";
  EXPECT_THAT(said({as_bytes(http).begin(), as_bytes(http).end()}).text, HasSubstr("no Pyro; check that machine-ip"));
  net::VirtualLoop loop;
  const testing::ScriptedGateway gateway{loop};
  const auto busy = gateway.frame(pyro::MessageType::connect_fail, 0, "'no free workers, increase server'", 0);
  EXPECT_EQ(said(busy).code, OpcdaError::busy);
  Bytes pyro5;
  pyro::encode(pyro5, pyro::Protocol::pyro5, {.type = pyro::MessageType::connect_fail});
  EXPECT_THAT(said(pyro5).text, HasSubstr("Pyro5"));
}

TEST(OpcdaSession, LeavesNothingBehindOverAConnectionOfItsOwn) {
  Line line;
  line.gateway.greets().creates("obj_1");
  line.gateway.greets().closes("obj_1");
  ASSERT_TRUE(line.open());
  line.session.close();
  line.leave();
  EXPECT_FALSE(line.transport->is_open());
  line.leave();
  EXPECT_EQ(line.gateway.peer().connections(), 2);
}

/// Closed by its owner 100 ms after it began to make an object.
struct Interrupted : Line {
  explicit Interrupted(Duration answered_after) {
    gateway.greets().call("opc", "create_client").peer().wait(answered_after);
    gateway.returns("'obj_1'");
  }
  void open_and_close() {
    loop.spawn(
        [](OpcdaSession& s, std::optional<Result<>>& out) -> net::Task<> { out = co_await s.open(); }(session, opened));
    loop.advance(100ms);
    session.close();
  }
  std::optional<Result<>> opened;
};

TEST(OpcdaSession, LearnsTheNameOfAnObjectInTheMakingToCloseIt) {
  Interrupted line{300ms};
  line.gateway.closes("obj_1");
  line.open_and_close();
  line.loop.advance(200ms);
  ASSERT_TRUE(line.opened);
  EXPECT_EQ(line.opened->error().code, net::NetError::cancelled);
  line.leave();
  EXPECT_FALSE(line.transport->is_open());
  EXPECT_EQ(line.gateway.peer().connections(), 1);
}

TEST(OpcdaSession, DoesNotWaitLongForTheName) {
  Interrupted line{5s};
  line.open_and_close();
  line.loop.advance(399ms);
  EXPECT_FALSE(line.opened);
  line.loop.advance(1ms);
  EXPECT_TRUE(line.opened);
  line.leave();
  EXPECT_LE(line.elapsed(), 600ms);
}

TEST(OpcdaSession, DoesNotWaitForTheNameWhenClosedTwice) {
  Interrupted line{5s};
  line.open_and_close();
  line.session.close();
  line.loop.settle();
  EXPECT_TRUE(line.opened);
}

TEST(OpcdaSession, DoesNotWaitLongToLeaveAMachineThatIsAway) {
  Line line;
  line.gateway.greets().creates("obj_1");
  line.gateway.expect_greeting().peer().stay_silent();
  ASSERT_TRUE(line.open());
  line.session.close();
  line.leave();
  EXPECT_LE(line.elapsed(), 300ms);
}

}  // namespace
}  // namespace m2c2::machines
