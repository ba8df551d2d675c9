// What comes in pieces is put together; what is not the answer is dropped and counted.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/inbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/hex.hpp"
#include "tests/support/slmp_wire.hpp"

namespace m2c2::machines {
namespace {

constexpr slmp::Route kOwn{};

class SlmpInboxTest : public testing::TestWithParam<slmp::Format> {
 protected:
  void receive(ByteView bytes) {
    while (!bytes.empty()) {
      const auto space = inbox_.space();
      ASSERT_FALSE(space.empty());
      const std::size_t n = std::min(space.size(), bytes.size());
      std::ranges::copy(bytes.first(n), space.begin());
      inbox_.filled(n);
      bytes = bytes.subspan(n);
    }
  }
  /// The words that the answer gives; nothing when there is none yet.
  std::optional<std::vector<std::uint16_t>> words(std::size_t points) {
    const auto answer = inbox_.answer();
    EXPECT_TRUE(answer) << slmp::to_text(answer.error());
    if (!answer || !*answer) return std::nullopt;
    return slmp::decode_words(GetParam().code, (*answer)->data, points);
  }
  bool by_serial() const { return GetParam().frame == slmp::FrameType::e4; }

  test::SlmpWire wire_{GetParam()};
  SlmpCounters counters_;
  SlmpInbox inbox_{GetParam(), job::Ethernet::tcp, counters_};
};

INSTANTIATE_TEST_SUITE_P(AllFormats, SlmpInboxTest, testing::ValuesIn(test::kSlmpFormats),
                         [](const auto& format) { return test::name_of(format.param); });

std::vector<std::uint16_t> ramp(std::size_t count) {
  std::vector<std::uint16_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint16_t>(i * 7);
  return values;
}

TEST_P(SlmpInboxTest, AnAnswerInPiecesOfAnySizeIsWhole) {
  const auto values = ramp(20);
  const Bytes message = wire_.words(values, 7);
  for (std::size_t piece = 1; piece <= message.size(); ++piece) {
    inbox_.expect(kOwn, 7);
    for (ByteView rest = message; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
      EXPECT_FALSE(words(20)) << "before all of it is here";
      receive(rest.first(std::min(piece, rest.size())));
    }
    EXPECT_EQ(words(20), values) << piece;
  }
  EXPECT_EQ(counters_.answers, message.size());
}

TEST_P(SlmpInboxTest, TheLargestAnswerFitsThoughTheBufferBeganSmall) {
  const auto values = ramp(960);
  inbox_.expect(kOwn, 1);
  receive(wire_.words(values, 1));
  EXPECT_EQ(words(960), values);
}

TEST_P(SlmpInboxTest, AnAnswerToAnEarlierQuestionIsDropped) {
  receive(wire_.words({1}, 1));  // came before the question
  inbox_.expect(kOwn, 2);
  EXPECT_FALSE(words(1));
  receive(wire_.words({2}, 2));
  EXPECT_EQ(words(1), std::vector<std::uint16_t>{2});
  EXPECT_EQ(counters_.stale, 1u);
}

TEST_P(SlmpInboxTest, AnAnswerThatBeganBeforeTheQuestionIsDropped) {
  const Bytes early = wire_.words({1}, 1);
  receive(ByteView{early}.first(3));
  inbox_.expect(kOwn, 2);
  receive(ByteView{early}.subspan(3));
  receive(wire_.words({2}, 2));
  EXPECT_EQ(words(1), std::vector<std::uint16_t>{2});
  EXPECT_EQ(counters_.stale, 1u);
}

class SlmpInboxSerialTest : public SlmpInboxTest {};
INSTANTIATE_TEST_SUITE_P(FormatsWithSerial, SlmpInboxSerialTest,
                         testing::Values(slmp::Format{slmp::FrameType::e4, slmp::Code::binary},
                                         slmp::Format{slmp::FrameType::e4, slmp::Code::ascii}),
                         [](const auto& format) { return test::name_of(format.param); });

TEST_P(SlmpInboxSerialTest, LateAnswersThatComeAfterTheQuestionAreDropped) {
  inbox_.expect(kOwn, 2);
  receive(wire_.words({1}, 1));
  receive(wire_.words({3}, 3));
  receive(wire_.words({2}, 2));
  EXPECT_EQ(words(1), std::vector<std::uint16_t>{2});
  EXPECT_EQ(counters_.stale, 2u);
}

TEST_P(SlmpInboxTest, AnotherStationsAnswerCountsOnlyWithTheRightSerialNumber) {
  test::SlmpWire foreign = wire_;
  foreign.route = {1, 5, 0x03FF, 0};
  inbox_.expect(kOwn, 2);
  receive(foreign.words({5}, 2));
  if (by_serial()) {
    EXPECT_EQ(words(1), std::vector<std::uint16_t>{5});
    return;
  }
  EXPECT_FALSE(words(1));
  receive(wire_.words({2}, 2));
  EXPECT_EQ(words(1), std::vector<std::uint16_t>{2});
  EXPECT_EQ(counters_.foreign, 1u);
}

TEST_P(SlmpInboxTest, OnDemandDataInEitherFrameTypeIsSurvived) {
  inbox_.expect(kOwn, 2);
  for (const slmp::FrameType frame : {slmp::FrameType::e3, slmp::FrameType::e4}) {
    const test::SlmpWire plc{{frame, GetParam().code}};
    const Bytes pushed = plc.request(slmp::Command{0x2101}, 0, as_bytes("12345678"), 2);
    receive(ByteView{pushed}.first(1));
    EXPECT_FALSE(words(1));
    receive(ByteView{pushed}.subspan(1));
  }
  receive(wire_.words({2}, 2));
  EXPECT_EQ(words(1), std::vector<std::uint16_t>{2});
  EXPECT_EQ(counters_.unsolicited, 2u);
}

TEST_P(SlmpInboxTest, AnErrorBlockIsAnAnswer) {
  inbox_.expect(kOwn, 2);
  receive(wire_.refuse(0xC051, 2, {1, 3, 0x03FF, 0}));
  const auto answer = inbox_.answer();
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ((*answer)->end_code, 0xC051);
  EXPECT_EQ((*answer)->error->route, (slmp::Route{1, 3, 0x03FF, 0}));
}

TEST_P(SlmpInboxTest, WhatIsNoFrameIsAFault) {
  inbox_.expect(kOwn, 2);
  receive(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
  EXPECT_EQ(inbox_.answer().error(), slmp::FrameFault::subheader);
  EXPECT_EQ(as_text(inbox_.rest()).substr(0, 4), "HTTP");
}

TEST_P(SlmpInboxTest, AMessageThatClaimsMoreThanAnyAnswerIsRefusedUnread) {
  Bytes message = wire_.words(ramp(20), 2);
  const bool ascii = GetParam().code == slmp::Code::ascii;
  const std::size_t length_at = (by_serial() ? 11u : 7u) * (ascii ? 2u : 1u);
  for (std::size_t i = 0; i < (ascii ? 4u : 2u); ++i) message[length_at + i] = ascii ? std::byte{'F'} : std::byte{0xFF};
  inbox_.expect(kOwn, 2);
  receive(message);
  EXPECT_EQ(inbox_.answer().error(), slmp::FrameFault::length);
}

TEST_P(SlmpInboxTest, ADatagramIsOneMessageNeitherMoreNorLess) {
  SlmpInbox datagrams{GetParam(), job::Ethernet::udp, counters_};
  const auto receive_datagram = [&](ByteView bytes) {
    datagrams.expect(kOwn, 2);
    std::ranges::copy(bytes, datagrams.space().begin());
    datagrams.filled(bytes.size());
    return datagrams.answer();
  };
  const Bytes message = wire_.words({2}, 2);
  Bytes doubled = message;
  doubled.insert(doubled.end(), message.begin(), message.end());
  EXPECT_EQ(receive_datagram(ByteView{message}.first(message.size() - 1)).error(), slmp::FrameFault::truncated);
  EXPECT_EQ(receive_datagram(ByteView{message}.first(2)).error(), slmp::FrameFault::truncated);
  EXPECT_EQ(receive_datagram(doubled).error(), slmp::FrameFault::length);
  EXPECT_TRUE(receive_datagram(message).value());
  EXPECT_FALSE(receive_datagram({}).value());
}

TEST_P(SlmpInboxTest, HoweverAStreamIsCutTheSameAnswersComeOfIt) {
  std::mt19937 random{20'260'101};
  for (int round = 0; round < 300; ++round) {
    Bytes stream;
    const auto add = [&](const Bytes& message) { stream.insert(stream.end(), message.begin(), message.end()); };
    if (by_serial()) add(wire_.words(ramp(random() % 50), 1));
    if (random() % 2) add(wire_.request(slmp::Command{0x2101}, 0, as_bytes("00"), 2));
    const auto values = ramp(random() % 400);
    add(wire_.words(values, 2));
    inbox_.clear();
    inbox_.expect(kOwn, 2);
    std::optional<std::vector<std::uint16_t>> got;
    for (ByteView rest = stream; !rest.empty();) {
      EXPECT_FALSE(got);
      const std::size_t n = std::min<std::size_t>(1 + random() % 200, rest.size());
      receive(rest.first(n));
      rest = rest.subspan(n);
      got = words(values.size());
    }
    EXPECT_EQ(got, values);
  }
}

}  // namespace
}  // namespace m2c2::machines
