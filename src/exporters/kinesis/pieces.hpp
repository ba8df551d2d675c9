// What is collected for Kinesis: the messages of one key joined into records, in their order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace m2c2::exporters {

/// A record of the data stream that is not there yet.
struct Piece {
  std::string data;  ///< JSON messages, each with its newline
  std::size_t messages = 0;
};

/// A piece under way; it stays where it is until accept().
struct Sent {
  std::string_view key;
  const Piece* piece;
  std::size_t bytes() const { return key.size() + piece->data.size(); }
};

class Pieces {
 public:
  /// Messages of a key are joined up to `record_size` bytes.
  explicit Pieces(std::size_t record_size) : record_size_{record_size} {}

  void add(std::string_view key, std::string_view message);
  /// The first piece of each key, as many as fit, one at least: a key's next piece goes only when the one before is
  /// accepted, so that none overtakes it. Begins after the keys that the last call gave.
  std::vector<Sent> next(std::size_t most_records, std::size_t most_bytes);
  void accept(std::string_view key);

  bool empty() const { return of_key_.empty(); }
  std::size_t bytes() const { return bytes_; }

 private:
  using OfKey = std::map<std::string, std::deque<Piece>, std::less<>>;

  std::size_t record_size_;
  OfKey of_key_;
  std::string last_;  ///< key that next() gave last
  std::size_t bytes_ = 0;
};

}  // namespace m2c2::exporters
