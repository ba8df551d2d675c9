// Frames against captured ones, cut out of a stream, and against what is no frame.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/frame.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

#include "tests/vectors/pyro.hpp"

namespace m2c2::pyro {
namespace {

using namespace vectors::pyro_wire;
using testing::HasSubstr;

constexpr std::size_t kHeader = 24;

Fault fault_of(ByteView front, Protocol protocol = Protocol::pyro4, const Limits& limits = {}) {
  const auto size = frame_size(protocol, front, limits);
  return size ? decode(protocol, front, limits).error() : size.error();
}

Bytes deflated(std::string_view text) {
  uLongf size = compressBound(text.size());
  Bytes out(size);
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

Frame compressed(ByteView data) { return {.flags = flag::kCompressed, .data = data}; }

TEST(PyroFrame, ReadsAndWritesWhatPyro4Does) {
  for (const Captured& captured : {kConnect, kCreateClient, kConnectServer, kList}) {
    const Bytes wire = captured.frame();
    const auto frame = decode(Protocol::pyro4, wire);
    ASSERT_TRUE(frame);
    EXPECT_EQ(as_text(frame->data), captured.text());
    Bytes again;
    encode(again, Protocol::pyro4, *frame);
    EXPECT_EQ(again, wire);
  }
}

TEST(PyroFrame, PassesOverAnnotations) {
  for (const Captured& captured : {kConnectOk, kProxy, kListed, kWithHmac}) {
    const Bytes wire = captured.frame();
    const auto frame = decode(Protocol::pyro4, wire);
    ASSERT_TRUE(frame);
    EXPECT_EQ(as_text(frame->data), captured.text());
  }
  Bytes broken = kWithHmac.frame();
  broken[kHeader + 5] = std::byte{0x11};  // CORR one byte longer, and HMAC out of place
  EXPECT_EQ(fault_of(broken), Fault::annotations);
}

TEST(PyroFrame, TellsItsLengthOnceTheHeaderIsThere) {
  const Bytes wire = kProxy.frame();
  for (std::size_t n = 0; n <= wire.size(); ++n) {
    const auto size = frame_size(Protocol::pyro4, ByteView{wire}.first(n));
    ASSERT_TRUE(size);
    EXPECT_EQ(*size, n < kHeader ? std::nullopt : std::optional{wire.size()});
  }
  EXPECT_EQ(fault_of(ByteView{wire}.first(wire.size() - 1)), Fault::length);
}

TEST(PyroFrame, SpeaksPyro5AsWell) {
  const Bytes wire = kPyro5Connect.frame();
  const auto frame = decode(Protocol::pyro5, wire);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->type, MessageType::connect);
  EXPECT_EQ(frame->serializer, kSerpent);
  EXPECT_EQ(as_text(frame->data), kPyro5Connect.text());
  Bytes again;
  encode(again, Protocol::pyro5, *frame);
  EXPECT_EQ(again, wire);
}

TEST(PyroFrame, TellsWhomItIsTalkingTo) {
  const auto text = [](ByteView front) { return describe(fault_of(front), front); };
  EXPECT_THAT(text(as_bytes("HTTP/1.1 400 Bad Request\r\nServer: x")), HasSubstr("answers 'HTTP/1.1 400 Bad Request'"));
  EXPECT_THAT(text(as_bytes("H")), HasSubstr("no Pyro"));
  EXPECT_THAT(text(as_bytes("\xFF\xFB\x01")), HasSubstr("hex FFFB01"));
  EXPECT_THAT(text(as_bytes("\x15\x03\x03")), HasSubstr("PYRO_SSL"));
  EXPECT_THAT(text(kPyro5Connect.frame()), HasSubstr("speaks Pyro5"));
  EXPECT_THAT(text(as_bytes(std::string_view{"PYRO\0\x05", 6})), HasSubstr("Pyro protocol 5, not 48"));
  EXPECT_EQ(fault_of(kConnect.frame(), Protocol::pyro5), Fault::pyro4);
}

TEST(PyroFrame, RefusesADamagedHeader) {
  for (std::size_t at = 6; at < kHeader; ++at) {
    if (at == 20 || at == 21) continue;  // reserved, and not in the checksum
    Bytes wire = kConnect.frame();
    wire[at] ^= std::byte{0x40};
    const bool high_half = at == 12 || at == 13;  // of the data length: it is not in the checksum
    EXPECT_EQ(fault_of(wire), high_half ? Fault::length : Fault::checksum) << at;
  }
  Bytes strange;
  encode(strange, Protocol::pyro4, {.type = MessageType{7}});
  EXPECT_EQ(fault_of(strange), Fault::type);
}

TEST(PyroFrame, RefusesTooMuchByTheHeaderAlone) {
  const Bytes wire = kProxy.frame();
  const Limits limits{.frame_bytes = wire.size() - 1};
  EXPECT_EQ(fault_of(ByteView{wire}.first(kHeader), Protocol::pyro4, limits), Fault::length);
  EXPECT_TRUE(frame_size(Protocol::pyro4, wire, {.frame_bytes = wire.size()}));
}

TEST(PyroFrame, InflatesWhatIsCompressed) {
  const Bytes wire = kCompressed.frame();
  const auto frame = decode(Protocol::pyro4, wire);
  ASSERT_TRUE(frame);
  Bytes storage;
  const auto data = plain_data(*frame, storage);
  ASSERT_TRUE(data);
  EXPECT_THAT(std::string{as_text(*data)}, HasSubstr("python3.2\n['Default','Default',"));
  EXPECT_EQ(data->size(), 26 + 60 * 10 + 1U);
}

TEST(PyroFrame, InflatesToTheLimitAndNotBeyond) {
  const Bytes bomb = deflated(std::string(8'000'000, '0'));
  Bytes storage;
  EXPECT_EQ(plain_data(compressed(bomb), storage, {.data_bytes = 100'000}).error(), Fault::length);
  EXPECT_LT(storage.capacity(), 300'000U);
  EXPECT_EQ(plain_data(compressed(bomb), storage, {.data_bytes = 7'999'999}).error(), Fault::length);
  EXPECT_EQ(plain_data(compressed(bomb), storage, {.data_bytes = 8'000'000})->size(), 8'000'000U);
}

TEST(PyroFrame, RefusesHalfAStreamAndWhatStandsBehindOne) {
  Bytes stream = deflated("some text");
  Bytes storage;
  for (std::size_t n = 0; n < stream.size(); ++n)
    EXPECT_EQ(plain_data(compressed(ByteView{stream}.first(n)), storage).error(), Fault::compression) << n;
  stream.push_back(std::byte{0});
  EXPECT_EQ(plain_data(compressed(stream), storage).error(), Fault::compression);
}

}  // namespace
}  // namespace m2c2::pyro
