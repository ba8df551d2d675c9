// A row of memory cells, some of them moving: the cells of one device, or of one label.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/slmp/value.hpp"
#include "sims/plc/signal.hpp"

namespace m2c2::sim {

class Area {
 public:
  enum class Cell { bit, word };
  Area(Cell kind, std::size_t cells);

  Cell kind() const { return kind_; }
  std::size_t cells() const { return cells_; }
  bool holds(std::size_t first, std::size_t cells) const { return first <= cells_ && cells <= cells_ - first; }
  /// A word of bits is 16 of them, the lowest number in its lowest bit.
  std::size_t cells_of_words(std::size_t words) const { return kind_ == Cell::bit ? 16 * words : words; }

  // Requires that the area holds what is read or written. Reading computes what moves there, as it is at `at`.
  void read_words(std::size_t first, std::span<std::uint16_t> into, Duration at);
  void read_bits(std::size_t first, std::size_t count, std::vector<bool>& into, Duration at);

  /// How many cells such a value takes: a value of type bit one bit, of any other type whole words.
  std::size_t cells_of(slmp::DataType, std::size_t words) const;
  /// From now on the cells hold these words, and what moved there stands still.
  void write(std::size_t first, slmp::DataType, std::span<const std::uint16_t> words);
  /// From now on the cells hold the signal's value of that type.
  void move(std::size_t first, slmp::DataType, const Signal&);

 private:
  struct Mover {
    std::size_t first;
    std::size_t cells;
    slmp::DataType type;
    Signal signal;
    std::uint64_t reads = 0;
  };

  void refresh(std::size_t first, std::size_t cells, Duration at);
  void stop_movers(std::size_t first, std::size_t cells);
  void store(std::size_t first, slmp::DataType, std::span<const std::uint16_t> words);
  void store_bit(std::size_t cell, bool on);

  Cell kind_;
  std::size_t cells_;
  std::vector<std::uint16_t> words_;  // bits 16 to a word, and one word more than needed
  std::vector<Mover> movers_;         // by first cell, none overlapping
};

}  // namespace m2c2::sim
