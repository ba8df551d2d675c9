// The segment codec: what goes in comes out, and no damage whatever gives a wrong record.
// SPDX-License-Identifier: Apache-2.0
#include "stream/segment.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

#include "base/hex.hpp"
#include "stream/segment_reader.hpp"
#include "tests/support/forgetful_folder.hpp"

namespace m2c2::stream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Step = SegmentReader::Step;

constexpr std::uint64_t kFirst = 1000;

Record record(std::string id, std::string payload = "{}") {
  return {std::move(id), "m2c2/job/j/t", std::move(payload), "alias", true, false, WallTime{std::chrono::seconds{7}}};
}

/// A segment file in the hand.
struct Written {
  SegmentHeader header{*parse_stream_id("00112233-4455-6677-8899-aabbccddeeff"), kFirst, {{3, 300}, {5, 500}}};
  Bytes bytes;
  std::vector<Record> records;

  explicit Written(std::vector<Record> of) : records{std::move(of)} {
    encode(bytes, header);
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].number = kFirst + i;
      encode(bytes, records[i], records[i].number, header.seed);
    }
  }
};

/// All that can be read of the bytes of a segment, and how it ends.
struct Reading {
  std::vector<Record> records;
  std::size_t damaged = 0;
  Step end = Step::end;

  explicit Reading(const Bytes& bytes, std::uint64_t end_number = ~std::uint64_t{0}) {
    const auto header = decode_header(bytes);
    test::ForgetfulDisk disk;
    const auto folder = disk.folder();
    if (auto file = folder->create("s").value(); !file->write(0, bytes)) return;
    SegmentReader reader{folder->open_to_read("s").value(), header.value().seed, {header->first, kHeaderBytes}};
    reader.set_end({end_number, bytes.size()});
    for (end = reader.look(); end == Step::record || end == Step::damaged; end = reader.look()) {
      if (end == Step::record) records.push_back(decode_record(reader.frame(), reader.spot().number).value());
      else ++damaged;
      reader.pass();
    }
  }
};

TEST(Segment, GivesBackWhatWentIn) {
  const Written written{{record("a"), record("b", std::string(300'000, 'x')), Record{}}};
  const auto header = decode_header(written.bytes).value();
  EXPECT_EQ(header.id, written.header.id);
  EXPECT_EQ(header.first, kFirst);
  EXPECT_EQ(header.totals, written.header.totals);
  EXPECT_EQ(to_text(header.id), "00112233-4455-6677-8899-aabbccddeeff");
  const Reading reading{written.bytes};
  EXPECT_EQ(reading.records, written.records);
  EXPECT_EQ(reading.end, Step::end);
}

TEST(Segment, CountsARecordWithoutMakingIt) {
  const Written written{{record("a")}};
  const auto summary = decode_summary(ByteView{written.bytes}.subspan(kHeaderBytes)).value();
  EXPECT_EQ(summary.size, written.records[0].size());
  EXPECT_TRUE(summary.is_for(Destination::topic));
  EXPECT_FALSE(summary.is_for(Destination::stream));
  EXPECT_EQ(frame_size(written.records[0]), written.bytes.size() - kHeaderBytes);
}

TEST(Segment, EveryFlippedBitIsDetectedAndCostsOneRecordAtMostUnlessTheLengthIsGone) {
  const Written written{{record("a"), record("b"), record("c")}};
  const std::size_t frame = frame_size(written.records[0]);
  for (std::size_t bit = 0; bit < 8 * written.bytes.size(); ++bit) {
    Bytes bytes = written.bytes;
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
    if (bit / 8 < kHeaderBytes) {
      EXPECT_FALSE(decode_header(bytes)) << bit;
      const auto mended = decode_mended_header(bytes);
      ASSERT_TRUE(mended) << bit;
      EXPECT_EQ(mended->seed, decode_header(written.bytes)->seed);
      bytes[(bit + 7 * 17) / 8 % kHeaderBytes] ^= std::byte{0x40};
      EXPECT_FALSE(decode_mended_header(bytes)) << "two bits are flipped, one of them " << bit;
      continue;
    }
    const std::size_t hit = (bit / 8 - kHeaderBytes) / frame;
    const std::size_t within = (bit / 8 - kHeaderBytes) % frame;
    std::vector<Record> whole = written.records;
    if (within < 4 || hit == 2) whole.resize(hit);
    else whole.erase(whole.begin() + static_cast<std::ptrdiff_t>(hit));
    ASSERT_EQ(Reading{bytes}.records, whole) << bit;
  }
}

TEST(Segment, EveryTornTailCostsItselfAlone) {
  const Written written{{record("a"), record("b")}};
  for (std::size_t size = kHeaderBytes; size < written.bytes.size(); ++size) {
    Bytes bytes = written.bytes;
    bytes.resize(size);
    ASSERT_EQ(Reading{bytes}.records.size(), (size - kHeaderBytes) / frame_size(written.records[0])) << size;
    bytes.resize(written.bytes.size());  // as zeros, which some file systems leave
    ASSERT_EQ(Reading{bytes}.records.size(), (size - kHeaderBytes) / frame_size(written.records[0])) << size;
  }
}

TEST(Segment, ASwappedOrDoubledOrStrangeRecordIsNone) {
  const Written written{{record("a"), record("b")}};
  const auto frame = static_cast<std::ptrdiff_t>(frame_size(written.records[0]));
  const auto begin = written.bytes.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes);
  Bytes swapped{written.bytes.begin(), begin};
  swapped.insert(swapped.end(), begin + frame, begin + 2 * frame);
  swapped.insert(swapped.end(), begin, begin + frame);
  EXPECT_THAT(Reading{swapped}.records, IsEmpty());
  Bytes doubled{written.bytes.begin(), begin + frame};
  doubled.insert(doubled.end(), begin, begin + frame);
  EXPECT_THAT(Reading{doubled}.records, ElementsAre(written.records[0]));
  Bytes strange;
  SegmentHeader other{{}, kFirst, {}};
  encode(strange, other);
  strange.insert(strange.end(), begin, begin + frame);
  EXPECT_THAT(Reading{strange}.records, IsEmpty());
}

TEST(Segment, AHostileLengthCostsNothing) {
  Written written{{record("a"), record("b")}};
  for (const std::size_t i : {2U, 3U}) written.bytes[kHeaderBytes + i] = std::byte{0xFF};
  const Reading reading{written.bytes};
  EXPECT_THAT(reading.records, IsEmpty());
  EXPECT_EQ(reading.end, Step::rest_damaged);
}

TEST(Segment, EndsWhereTheNextOneBegins) {
  const Written written{{record("a"), record("b")}};
  EXPECT_THAT(Reading(written.bytes, kFirst + 1).records, ElementsAre(written.records[0]));
}

TEST(Segment, TellsAHeaderOfANewerVersionFromADamagedOne) {
  Written written{{}};
  const std::string vector =
      "6D3263327365670A"                  // magic
      "01000000"                          // version
      "00112233445566778899AABBCCDDEEFF"  // stream
      "E803000000000000"                  // first record
      "0300000000000000"
      "2C01000000000000"
      "0500000000000000"
      "F401000000000000";
  EXPECT_EQ(to_hex(ByteView{written.bytes}.first(kHeaderBytes - 4)), vector);
  written.bytes[8] = std::byte{2};
  EXPECT_EQ(decode_header(written.bytes).error(), HeaderFault::damaged);
  const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(written.bytes.data()), kHeaderBytes - 4);
  for (std::size_t i = 0; i < 4; ++i)
    written.bytes[kHeaderBytes - 4 + i] = static_cast<std::byte>(crc >> (8 * i) & 0xFF);
  EXPECT_EQ(decode_header(written.bytes).error(), HeaderFault::newer_version);
}

TEST(Segment, IsNamedForItsFirstRecord) {
  EXPECT_EQ(segment_name(42), "00000000000000000042.segment");
  EXPECT_EQ(parse_segment_name("00000000000000000042.segment"), 42u);
  for (const char* name :
       {"42.segment", "0000000000000000004x.segment", "99999999999999999999.segment", "a.cursor", ""})
    EXPECT_FALSE(parse_segment_name(name)) << name;
}

}  // namespace
}  // namespace m2c2::stream
