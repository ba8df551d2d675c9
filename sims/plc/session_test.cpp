// One connection: golden frames, broken ones, pieces and bundles of them, and the faults.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/session.hpp"

#include "sims/plc/test_dialogue.hpp"

namespace m2c2::sim {
namespace {

using slmp::Code;
using slmp::Command;
using slmp::Format;
using slmp::FrameType;
using testing::SizeIs;

constexpr Format kBinary3e{FrameType::e3, Code::binary};
constexpr Format kAscii3e{FrameType::e3, Code::ascii};
constexpr Format kBinary4e{FrameType::e4, Code::binary};

std::string send_hex(Dialogue& plc, std::string_view hex) { return to_hex(plc.send(from_hex(hex).value())); }
std::string_view send_text(Dialogue& plc, std::string_view text) { return as_text(plc.send(as_bytes(text))); }

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

Bytes read_d0(Dialogue& plc) {
  return plc.request(Command::device_read, 0, plc.data(slmp::DeviceRead{.head = {0xA8, 0}, .points = 1}));
}

TEST(Session, AnswersTheManualsExamplesByteForByteWhateverFormatTheyComeIn) {
  Dialogue plc;
  plc.tell("set D100=0x1995,0x1202,0x1130");
  EXPECT_EQ(send_hex(plc, "500000FFFF03000C00000001040000640000A80300"), "D00000FFFF030008000000951902123011");
  EXPECT_EQ(send_text(plc, "500000FF03FF000018000004010000D*0001000003"), "D00000FF03FF0000100000199512021130");
  EXPECT_EQ(send_hex(plc, "54003412000000FFFF03000C00100001040000640000A80300"),
            "D4003412000000FFFF030008000000951902123011");
  EXPECT_EQ(send_text(plc, "54001234000000FF03FF000018001004010000D*0001000003"),
            "D4001234000000FF03FF0000100000199512021130");
  EXPECT_EQ(send_hex(plc, "500000FFFF03000E0000000104020064000000A8000300"), "D00000FFFF030008000000951902123011");
  EXPECT_EQ(send_text(plc, "500000FF03FF00001C000004010002D***000001000003"), "D00000FF03FF0000100000199512021130");
}

TEST(Session, RefusesWithTheManualsErrorBlock) {
  Dialogue plc;
  EXPECT_EQ(send_hex(plc, "500000FFFF03000C00000001040000640000A8C103"), "D00000FFFF03000B0051C000FFFF030001040000");
  EXPECT_EQ(send_text(plc, "500000FF03FF000018000004010000D*00010003C1"), "D00000FF03FF000016C05100FF03FF0004010000");
}

TEST(Session, ReadsLowerCaseAndEchoesTheRoute) {
  Dialogue plc;
  EXPECT_EQ(send_text(plc,
                      "500002ff03e000001800000401000"
                      "0D*0001000001"),
            "D00002FF03E00000080000"
            "0000");
}

TEST(Session, APieceAtATimeIsAsGoodAsAWhole) {
  Dialogue plc;
  plc.tell("set D0=7");
  const Bytes request = read_d0(plc);
  for (std::size_t i = 0; i + 1 < request.size(); ++i) {
    EXPECT_THAT(plc.send(ByteView{request}.subspan(i, 1)), SizeIs(0));
    plc.pass(500ms);
  }
  EXPECT_EQ(plc.hear(plc.send(ByteView{request}.last(1))).data, *from_hex("0700"));
}

TEST(Session, SeveralRequestsAtOnceAreAllAnswered) {
  Dialogue plc;
  const Bytes both = joined(read_d0(plc), read_d0(plc));
  EXPECT_THAT(plc.send(both), SizeIs(2 * 17));
}

TEST(Session, AnIqfAnswersOnlyTheLastOfSeveral) {
  Dialogue plc{"iq-f"};
  const Bytes first = read_d0(plc);
  const Bytes second = read_d0(plc);
  const Heard heard = plc.hear(plc.send(joined(first, second)));
  EXPECT_EQ(heard.serial, 2);

  const Bytes third = read_d0(plc);
  EXPECT_EQ(plc.hear(plc.send(joined(third, Bytes{first.begin(), first.begin() + 5}))).serial, 3);
  EXPECT_EQ(plc.hear(plc.send(ByteView{first}.subspan(5))).serial, 1) << "the rest of a message begun before";
}

TEST(Session, APortSetToOneCodeIsSilentToTheOther) {
  Dialogue ascii_port{"iq-r", kBinary3e, Carrier::tcp, {.code = Code::ascii}};
  EXPECT_TRUE(ascii_port.read("D0", 1).silent);
  EXPECT_EQ(ascii_port.station().counters.ignored, 1);
  Dialogue binary_port{"iq-r", kAscii3e, Carrier::tcp, {.code = Code::binary}};
  EXPECT_TRUE(binary_port.read("D0", 1).silent);
  Dialogue right{"iq-r", kAscii3e, Carrier::tcp, {.code = Code::ascii}};
  EXPECT_FALSE(right.read("D0", 1).silent);
}

TEST(Session, APortSetToOneFrameIsSilentToTheOther) {
  Dialogue only_3e{"iq-r", kBinary4e, Carrier::tcp, {.frame = FrameType::e3}};
  EXPECT_TRUE(only_3e.read("D0", 1).silent);
  Dialogue only_4e{"iq-r", kBinary3e, Carrier::udp, {.frame = FrameType::e4}};
  EXPECT_TRUE(only_4e.read("D0", 1).silent);
}

TEST(Session, QAndLAreSilentTo4e) {
  for (const char* family : {"q", "l"}) {
    EXPECT_TRUE(Dialogue(family, kBinary4e).read("D0", 1).silent);
    EXPECT_FALSE(Dialogue(family, kBinary3e).read("D0", 1).silent);
  }
}

TEST(Session, AnUnderstatedLengthIsRefusedAndTheNextRequestAnswered) {
  for (const Carrier carrier : {Carrier::tcp, Carrier::udp}) {
    Dialogue plc{"iq-f", kBinary3e, carrier};
    EXPECT_EQ(plc.hear(plc.send(*from_hex("500000FFFF03000A00000001040000640000A80300"))).end_code, 0xC061);
    EXPECT_EQ(plc.read("D100", 1).end_code, 0);
  }
}

TEST(Session, AnOverstatedLengthGetsSilenceUntilItIsForgotten) {
  Dialogue plc{"iq-f", kBinary3e};
  const Bytes overstated = *from_hex("500000FFFF03002000000001040000640000A80300");
  EXPECT_THAT(plc.send(overstated), SizeIs(0));
  plc.pass(2s);
  EXPECT_EQ(plc.read("D100", 1).end_code, 0);

  Dialogue udp{"iq-f", kBinary3e, Carrier::udp};
  EXPECT_THAT(udp.send(overstated), SizeIs(0));
  EXPECT_EQ(udp.read("D100", 1).end_code, 0) << "a datagram is one message";
}

TEST(Session, NonsenseGetsSilenceAndHarmsNothing) {
  Dialogue plc{"iq-r", kBinary3e};
  for (const char* nonsense : {"GET / HTTP/1.1\r\n\r\n", "5000zzzz", "500000FF03FF00FFFF0000", "\xFF\xFF\xFF\xFF"}) {
    EXPECT_THAT(plc.send(as_bytes(nonsense)), SizeIs(0)) << nonsense;
    EXPECT_EQ(plc.read("D0", 1).end_code, 0) << "after " << nonsense;
  }
  EXPECT_THAT(plc.send(*from_hex("500000FFFF030002000000")), SizeIs(0)) << "a length too small for its fields";
  EXPECT_EQ(plc.read("D0", 1).end_code, 0);
}

TEST(Session, CountsWhatItDoes) {
  Dialogue plc;
  plc.read("D0", 1);
  plc.read("D99999", 1);
  plc.send(as_bytes("nonsense"));
  plc.tell("fault silence");
  plc.read("D0", 1);
  const Counters& counters = plc.station().counters;
  EXPECT_EQ(counters.requests, 3);
  EXPECT_EQ(counters.answers, 2);
  EXPECT_EQ(counters.refusals, 1);
  EXPECT_EQ(counters.ignored, 1);
}

TEST(SessionFault, DelayAndSplitAreForTheConnectionToCarryOut) {
  Dialogue plc;
  plc.tell("fault delay:500ms");
  plc.tell("fault split:3");
  plc.read("D0", 1);
  EXPECT_EQ(plc.reaction().delay, 500ms);
  EXPECT_EQ(plc.reaction().piece, 3);
  Dialogue udp{"iq-r", kBinary4e, Carrier::udp};
  udp.tell("fault split:3");
  udp.read("D0", 1);
  EXPECT_EQ(udp.reaction().piece, 0) << "half a datagram is none";
}

TEST(SessionFault, SilenceLastsUntilNone) {
  Dialogue plc;
  plc.tell("fault silence");
  EXPECT_TRUE(plc.read("D0", 1).silent);
  plc.tell("fault none");
  EXPECT_FALSE(plc.read("D0", 1).silent);
}

TEST(SessionFault, DropLeavesAFractionUnanswered) {
  Dialogue plc;
  plc.tell("fault drop:0.25");
  int dropped = 0;
  for (int i = 0; i < 10000; ++i) dropped += plc.read("D0", 1).silent ? 1 : 0;
  EXPECT_NEAR(dropped, 2500, 200);
  plc.tell("fault drop:1");
  EXPECT_TRUE(plc.read("D0", 1).silent);
}

TEST(SessionFault, ADroppedAnswerWasReadAllTheSame) {
  Dialogue plc;
  plc.tell("signal D9=reads");
  EXPECT_EQ(plc.words("D9", 1), std::vector<std::uint16_t>{1});
  plc.tell("fault drop:1");
  plc.read("D9", 1);
  plc.tell("fault drop:0");
  EXPECT_EQ(plc.words("D9", 1), std::vector<std::uint16_t>{3});
}

TEST(SessionFault, LateAnswersThePreviousQuestion) {
  Dialogue plc;
  plc.tell("set D0=10,11,12");
  plc.tell("fault late");
  EXPECT_TRUE(plc.read("D0", 1).silent);
  const Heard second = plc.read("D1", 1);
  EXPECT_EQ(second.data, *from_hex("0A00"));
  EXPECT_EQ(second.serial, 1);
  EXPECT_EQ(plc.read("D2", 1).data, *from_hex("0B00"));
  plc.tell("fault none");
  EXPECT_EQ(plc.read("D2", 1).data, *from_hex("0C00"));
  plc.tell("fault late");
  EXPECT_TRUE(plc.read("D0", 1).silent) << "an answer from before the fault came back is not kept";
}

TEST(SessionFault, StaleSerialCarriesTheOneBefore) {
  Dialogue plc;
  plc.set_serial(0);
  plc.tell("fault stale-serial");
  EXPECT_EQ(plc.read("D0", 1).serial, 0xFFFF);
  EXPECT_EQ(plc.read("D0", 1).serial, 0);
  plc.set_serial(500);
  EXPECT_EQ(plc.read("D0", 1).serial, 1);
}

TEST(SessionFault, WrongRouteAnswersFromAnotherStation) {
  Dialogue plc;
  plc.tell("fault wrong-route");
  EXPECT_NE(plc.read("D0", 1).route, slmp::Route{});
}

TEST(SessionFault, GarbageIsAsLongAsTheAnswer) {
  Dialogue plc{"iq-r", kBinary3e};
  const Bytes request = read_d0(plc);
  const std::string right = to_hex(plc.send(request));
  plc.tell("fault garbage");
  const std::string wrong = to_hex(plc.send(request));
  EXPECT_EQ(wrong.size(), right.size());
  EXPECT_NE(wrong, right);
}

TEST(SessionFault, CloseEndsTheConnectionAfterEachSoManyRequests) {
  Dialogue plc;
  plc.tell("fault close:3");
  for (int i = 1; i <= 6; ++i) {
    EXPECT_FALSE(plc.read("D0", 1).silent) << "answered first";
    EXPECT_EQ(plc.reaction().close, i % 3 == 0) << i;
  }
  Dialogue udp{"iq-r", kBinary4e, Carrier::udp};
  udp.tell("fault close:1");
  udp.read("D0", 1);
  EXPECT_FALSE(udp.reaction().close);
}

}  // namespace
}  // namespace m2c2::sim
