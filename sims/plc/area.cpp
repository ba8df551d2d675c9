// A row of memory cells: reading, writing, moving.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/area.hpp"

#include <algorithm>

#include "sims/plc/words.hpp"

namespace m2c2::sim {
namespace {

constexpr std::size_t kWidestMover = 64;  // cells: four words over bits

}  // namespace

Area::Area(Cell kind, std::size_t cells)
    : kind_{kind}, cells_{cells}, words_((kind == Cell::bit ? (cells + 15) / 16 : cells) + 1) {}

void Area::read_words(std::size_t first, std::span<std::uint16_t> into, Duration at) {
  refresh(first, cells_of_words(into.size()), at);
  if (kind_ == Cell::word || first % 16 == 0) {
    const std::size_t word = kind_ == Cell::word ? first : first / 16;
    std::copy_n(words_.begin() + static_cast<std::ptrdiff_t>(word), into.size(), into.begin());
    return;
  }
  for (std::size_t i = 0; i < into.size(); ++i) {
    const std::size_t word = first / 16 + i;
    const std::uint32_t both = words_[word] | (std::uint32_t{words_[word + 1]} << 16);
    into[i] = static_cast<std::uint16_t>((both >> (first % 16)) & 0xFFFF);
  }
}

void Area::read_bits(std::size_t first, std::size_t count, std::vector<bool>& into, Duration at) {
  refresh(first, count, at);
  into.resize(count);
  for (std::size_t i = 0; i < count; ++i) into[i] = ((words_[(first + i) / 16] >> ((first + i) % 16)) & 1) != 0;
}

std::size_t Area::cells_of(slmp::DataType type, std::size_t words) const {
  return type == slmp::DataType::bit ? words : cells_of_words(words);
}

void Area::write(std::size_t first, slmp::DataType type, std::span<const std::uint16_t> words) {
  stop_movers(first, cells_of(type, words.size()));
  store(first, type, words);
}

void Area::move(std::size_t first, slmp::DataType type, const Signal& signal) {
  const Mover mover{
      .first = first, .cells = cells_of(type, slmp::words_per_element(type)), .type = type, .signal = signal};
  stop_movers(first, mover.cells);
  movers_.insert(std::ranges::lower_bound(movers_, first, {}, &Mover::first), mover);
}

void Area::refresh(std::size_t first, std::size_t cells, Duration at) {
  if (movers_.empty()) return;
  const std::size_t from = first - std::min(first, kWidestMover);
  for (auto mover = std::ranges::lower_bound(movers_, from, {}, &Mover::first);
       mover != movers_.end() && mover->first < first + cells; ++mover) {
    if (mover->first + mover->cells <= first) continue;
    const NumberWords value = to_words(mover->type, value_at(mover->signal, at, ++mover->reads));
    store(mover->first, mover->type, std::span{value.words}.first(value.count));
  }
}

void Area::stop_movers(std::size_t first, std::size_t cells) {
  std::erase_if(movers_, [&](const Mover& m) { return m.first < first + cells && first < m.first + m.cells; });
}

void Area::store(std::size_t first, slmp::DataType type, std::span<const std::uint16_t> words) {
  if (kind_ == Cell::word) {
    std::ranges::copy(words, words_.begin() + static_cast<std::ptrdiff_t>(first));
    return;
  }
  const std::size_t bits = type == slmp::DataType::bit ? 1 : 16;
  for (const std::uint16_t word : words) {
    for (std::size_t bit = 0; bit < bits; ++bit) store_bit(first++, ((word >> bit) & 1) != 0);
  }
}

void Area::store_bit(std::size_t cell, bool on) {
  const auto mask = static_cast<std::uint16_t>(1U << (cell % 16));
  std::uint16_t& word = words_[cell / 16];
  word = static_cast<std::uint16_t>(on ? word | mask : word & ~mask);
}

}  // namespace m2c2::sim
