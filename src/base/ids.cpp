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
  Bytes bytes;
  for (const std::uint64_t half : {high, low})
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(half >> shift & 0xFF));
  return uuid_text(bytes);
}

std::string uuid_text(ByteView bytes) {
  std::string text = to_lower_hex(bytes);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace m2c2
