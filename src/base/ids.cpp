// Random UUIDs from a generator a thread, seeded by the operating system.
// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hpp"

#include <cstdint>
#include <random>

#include "base/hex.hpp"

namespace m2c2 {
namespace {

std::mt19937_64 seeded_generator() {
  std::random_device entropy;
  std::seed_seq seed{entropy(), entropy(), entropy(), entropy(), entropy(), entropy(), entropy(), entropy()};
  return std::mt19937_64{seed};
}

}  // namespace

std::string new_id() {
  thread_local std::mt19937_64 generator = seeded_generator();
  constexpr std::uint64_t kVersion4 = 0x4000;
  constexpr std::uint64_t kVariant = std::uint64_t{0x8} << 60;
  const std::uint64_t high = (generator() & ~std::uint64_t{0xF000}) | kVersion4;
  const std::uint64_t low = (generator() & ~(std::uint64_t{0xC} << 60)) | kVariant;
  std::string text;
  text.reserve(36);
  append_hex(text, high >> 32, 8);
  text.push_back('-');
  append_hex(text, high >> 16, 4);
  text.push_back('-');
  append_hex(text, high, 4);
  text.push_back('-');
  append_hex(text, low >> 48, 4);
  text.push_back('-');
  append_hex(text, low, 12);
  for (char& c : text)
    if (c >= 'A') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace m2c2
