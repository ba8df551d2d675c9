// What tests of the archive share: a stream that outlives a crash, and the way back from an object to its lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "stream/stream.hpp"

namespace m2c2::exporters {

/// The lines of one gzip member that ends where the bytes end.
inline std::vector<std::string> lines_of(std::string_view object, std::size_t most_bytes = std::size_t{1} << 16) {
  z_stream inflating{};
  inflateInit2(&inflating, 15 + 16);
  inflating.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(object.data()));
  inflating.avail_in = static_cast<uInt>(object.size());
  std::string text(most_bytes, '\0');
  inflating.next_out = reinterpret_cast<Bytef*>(text.data());
  inflating.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&inflating, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(inflating.avail_in, 0u);
  text.resize(inflating.total_out);
  inflateEnd(&inflating);
  std::vector<std::string> lines;
  for (std::size_t end = 0; (end = text.find('\n')) != text.npos; text.erase(0, end + 1))
    lines.push_back(text.substr(0, end));
  EXPECT_EQ(text, "");
  return lines;
}

/// Keeps all records and what is acknowledged, whoever dies; a new cursor begins there.
class LastingStream final : public stream::Stream {
 public:
  void append(std::vector<stream::Record> records) override {
    for (stream::Record& record : records) {
      record.number = records_.size();
      records_.push_back(std::move(record));
    }
    if (then_) std::exchange(then_, nullptr)();
  }
  std::unique_ptr<stream::Cursor> open_cursor(std::string_view, stream::Destination) override {
    return std::make_unique<LastingCursor>(*this);
  }
  stream::Stats stats() const override { return {}; }
  const std::string& id() const override { return id_; }

  void forget_all() {
    records_.clear();
    acknowledged = 0;
  }

  std::size_t acknowledged = 0;

 private:
  class LastingCursor final : public stream::Cursor {
   public:
    explicit LastingCursor(LastingStream& stream) : stream_{stream}, next_{stream.acknowledged} {}
    ~LastingCursor() override { stream_.then_ = nullptr; }
    std::vector<stream::Record> read(std::size_t most_records, std::size_t) override {
      std::vector<stream::Record> batch;
      while (next_ < stream_.records_.size() && batch.size() < most_records) batch.push_back(stream_.records_[next_++]);
      return batch;
    }
    void acknowledge() override { stream_.acknowledged = next_; }
    void when_available(std::function<void()> then) override {
      if (next_ < stream_.records_.size()) then();
      else stream_.then_ = std::move(then);
    }

   private:
    LastingStream& stream_;
    std::size_t next_;
  };

  const std::string id_ = "5f0c0e2e-6c0c-4c5f-9d5a-0d6c3b0f8a11";
  std::vector<stream::Record> records_;
  std::function<void()> then_;
};

}  // namespace m2c2::exporters
