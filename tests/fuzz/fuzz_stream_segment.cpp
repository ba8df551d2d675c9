// Any bytes as a segment file: no crash, never more than there is, and each record found is exactly what stands there.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "stream/segment_reader.hpp"

using namespace m2c2;

namespace {

class MemoryFile final : public disk::File {
 public:
  explicit MemoryFile(ByteView bytes) : bytes_{bytes} {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) std::abort();  // the reader knows the end
    std::ranges::copy(bytes_.subspan(offset, into.size()), into.begin());
    return into.size();
  }
  Result<> write(std::uint64_t, ByteView) override { std::abort(); }
  Result<> sync() override { std::abort(); }
  Result<> truncate(std::uint64_t) override { std::abort(); }
  Result<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  ByteView bytes_;
};

void check_record(ByteView frame, std::uint64_t number, std::uint32_t seed) {
  const auto record = stream::decode_record(frame, number);
  const auto summary = stream::decode_summary(frame);
  if (!record || !summary || summary->size != record->size() || stream::frame_size(*record) != frame.size())
    std::abort();
  Bytes again;
  stream::encode(again, *record, number, seed);
  if (!std::ranges::equal(again, frame)) std::abort();
}

void read_through(ByteView bytes, const stream::SegmentHeader& header) {
  using Step = stream::SegmentReader::Step;
  stream::SegmentReader reader{std::make_unique<MemoryFile>(bytes), header.seed, {header.first, stream::kHeaderBytes}};
  reader.set_end({~std::uint64_t{0}, bytes.size()});
  for (;; reader.pass()) {
    const Step step = reader.look();
    if (step == Step::failed) std::abort();
    if (step == Step::end || step == Step::rest_damaged) break;
    if (step == Step::record) check_record(reader.frame(), reader.spot().number, header.seed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span{data, size});
  const auto header = stream::decode_header(bytes);
  if (header) read_through(bytes, *header);
  // The checksum keeps the fuzzer out of the body, so that is tried without it as well.
  if (const auto record = stream::decode_record(bytes, 0); record && stream::frame_size(*record) != size) std::abort();
  return 0;
}
