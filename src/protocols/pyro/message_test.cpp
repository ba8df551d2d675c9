// A client's requests and a daemon's answers, as captured.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/message.hpp"

#include <gmock/gmock.h>

#include "protocols/pyro/marshal.hpp"
#include "tests/vectors/pyro.hpp"

namespace m2c2::pyro {
namespace {

using namespace vectors::pyro_wire;
using testing::ElementsAre;
using testing::HasSubstr;

/// What an answer is, or the text of what is wrong with it.
template <class T>
std::expected<T, std::string> answer(const Captured& captured, MessageType request, std::uint16_t sequence) {
  static Bytes frame;
  static Bytes storage;
  frame = captured.frame();
  const auto read = read_answer({.request = request, .sequence = sequence}, frame, storage);
  if (!read) return std::unexpected{read.error().text};
  const auto* wanted = std::get_if<T>(&*read);
  if (!wanted) return std::unexpected{"another answer: " + std::to_string(read->index())};
  return *wanted;
}

TEST(PyroMessage, WritesWhatPythonsClientWrites) {
  Bytes connect;
  encode_connect(connect, Protocol::pyro4, 0, "opc");
  EXPECT_EQ(connect, kConnect.frame());
  Bytes create;
  encode_call(create, Protocol::pyro4, 1, {.object = "opc", .method = "create_client"});
  EXPECT_EQ(create, kCreateClient.frame());
  Bytes list;
  const std::string pattern = to_serpent(Tuple{{"Simulation Items.Random.*Int4*"}});
  encode_call(list, Protocol::pyro4, 2, {.object = kClientId, .method = "list", .arguments = pattern});
  EXPECT_EQ(list, kList.frame());
  Bytes ping;
  encode_ping(ping, Protocol::pyro4, 5);
  EXPECT_EQ(as_text(decode(Protocol::pyro4, ping)->data), "ping");
  Bytes pyro5;
  encode_connect(pyro5, Protocol::pyro5, 0, "OpcDaClient");
  EXPECT_EQ(pyro5, kPyro5Connect.frame());
}

TEST(PyroMessage, HearsThatItIsConnected) {
  const auto with = answer<Connected>(kConnectOk, MessageType::connect, 0);
  ASSERT_TRUE(with) << with.error();
  EXPECT_THAT(with->methods, ElementsAre("create_client", "get_clients", "release_client"));
  const auto without = answer<Connected>(kConnectOkWithoutMetadata, MessageType::connect, 0);
  ASSERT_TRUE(without) << without.error();
  EXPECT_TRUE(without->methods.empty());
}

TEST(PyroMessage, HearsWhyItIsRefused) {
  EXPECT_EQ(answer<Refused>(kUnknownObject, MessageType::connect, 0)->text, "unknown object");
  EXPECT_EQ(answer<Refused>(kRefusedInMarshal, MessageType::connect, 3)->text, "header checksum mismatch");
  Captured unreadable = kRefusedInMarshal;
  unreadable.hex = "e9 18 68 65 61 64 65 72 20 63 68 65 63 6b 73 75 6d 20 6d 69 73 6d 61 74 63 68";
  EXPECT_THAT(answer<Refused>(unreadable, MessageType::connect, 0)->text, HasSubstr("26 bytes in serializer 3"));
}

TEST(PyroMessage, HearsWhatWasReturned) {
  EXPECT_THAT(std::string{answer<Returned>(kListed, MessageType::invoke, 2)->value}, HasSubstr("'Random.UInt4']"));
  EXPECT_THAT(std::string{answer<Returned>(kCompressed, MessageType::invoke, 6)->value}, HasSubstr("'Default']"));
  EXPECT_TRUE(answer<Pong>(kPong, MessageType::ping, 5));
}

TEST(PyroMessage, HearsWhatWasRaised) {
  const auto raised = answer<Raised>(kOpcError, MessageType::invoke, 7);
  ASSERT_TRUE(raised) << raised.error();
  EXPECT_EQ(raised->type, "OpenOPC.OPCError");
  EXPECT_EQ(raised->name(), "OPCError");
  EXPECT_EQ(raised->text, "Connect: -2147221005");
  EXPECT_THAT(raised->traceback, ElementsAre("Traceback (most recent call last):\n", "OPCError: -2147221005\n"));
}

/// The answer to call 1 when the daemon raised `serpent`.
std::expected<Answer, BadAnswer> raised(std::string_view serpent, Bytes& wire) {
  encode(wire, Protocol::pyro4,
         {.type = MessageType::result, .flags = flag::kException, .sequence = 1, .data = as_bytes(serpent)});
  static Bytes storage;
  return read_answer({.sequence = 1}, wire, storage);
}

TEST(PyroMessage, TakesExceptionsOfOtherShapes) {
  const auto text = [](std::string_view serpent) {
    Bytes wire;
    const auto read = raised(serpent, wire);
    return read ? std::get<Raised>(*read).text : read.error().text;
  };
  EXPECT_EQ(text("{'__class__':'exceptions.OPCError','custom_message':'no server'}"), "no server");
  EXPECT_EQ(text("{'__class__':'builtins.Exception','args':('OPCError','Connect: -1')}"), "OPCError: Connect: -1");
  EXPECT_EQ(text("{'__class__':'builtins.SyntaxError','args':('bad',(None,1,'x'))}"), "bad: (None,1,'x')");
  EXPECT_EQ(text("['what']"), "['what']");
  EXPECT_THAT(text("{'__class__'"), HasSubstr("byte 12: expected"));
}

TEST(PyroMessage, RefusesAnAnswerToSomethingElse) {
  EXPECT_THAT(answer<Returned>(kListed, MessageType::invoke, 3).error(), HasSubstr("another question"));
  EXPECT_THAT(answer<Returned>(kListed, MessageType::connect, 2).error(), HasSubstr("answers something else"));
  EXPECT_THAT(answer<Returned>(kPong, MessageType::invoke, 5).error(), HasSubstr("answers something else"));
  EXPECT_THAT(answer<Raised>(kAnswerInPickle, MessageType::invoke, 9).error(), HasSubstr("not in serpent"));
  EXPECT_THAT(answer<Connected>(kPyro5Connect, MessageType::connect, 0).error(), HasSubstr("speaks Pyro5"));
}

TEST(PyroMessage, TakesTheObjectIdAlone) {
  EXPECT_EQ(object_id(kProxy.text()), kClientId);
  EXPECT_EQ(object_id("'obj_12'"), "obj_12");
  EXPECT_EQ(object_id("'PYRO:obj_12@[::1]:7766'"), "obj_12");
  EXPECT_EQ(object_id("{'__class__':'Pyro5.client.Proxy','state':('PYRO:a@./u:sock',(),())}"), "a");
  EXPECT_EQ(object_id("{'__class__':'Pyro4.core.URI','state':('PYRO','obj_1',None,'h',1)}"), "obj_1");
  for (const char* none : {"None", "''", "'PYRO:@h:1'", "{'__class__':'Pyro4.core.Proxy','state':()}", "{", "5"})
    EXPECT_EQ(object_id(none), std::nullopt) << none;
}

TEST(PyroMarshal, ReadsEachFormOfAString) {
  const auto text = [](std::string_view data) { return read_marshal_string(as_bytes(data)); };
  for (const char form : {'z', 'Z'}) EXPECT_EQ(text(form + std::string{"\x02hi"}), "hi");
  for (const char form : {'a', 'A', 'u', 't'}) EXPECT_EQ(text(form + std::string("\x02\0\0\0hi", 6)), "hi");
  EXPECT_EQ(text("\xFA\x02hi"), "hi");
  for (const std::string_view wrong : {"", "z", "z\x03hi", "z\x01hi", "s\x02hi", "u\x02hi"})
    EXPECT_EQ(text(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace m2c2::pyro
