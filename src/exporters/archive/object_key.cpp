// Firehose's names, with a UUID that is no chance.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/object_key.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace m2c2::exporters {
namespace {

/// The first 16 bytes of a SHA-256 over all that makes the object this one, with the version and the variant set.
std::string object_uuid(const ObjectOrigin& origin, std::uint64_t first) {
  const std::string name = fmt::format("m2c2 archive\n{}\n{}\n{}", origin.stream_id, origin.exporter, first);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(name.data(), name.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0F) | 0x80);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3F) | 0x80);
  return uuid_text(std::as_bytes(std::span{digest}.first(16)));
}

}  // namespace

std::string object_key(const ObjectOrigin& origin, const stream::Record& first) {
  const std::string at = format_timestamp(first.at);  // YYYY-MM-DD HH:MM:SS.ffffff
  const std::string_view text{at};
  std::string key;
  for (const std::size_t part : {0u, 5u, 8u, 11u}) key.append(text.substr(part, part == 0 ? 4 : 2)).append("/");
  key += fmt::format("{}-1-{}-{}-{}-{}-{}.gz", origin.stream_name, text.substr(0, 10), text.substr(11, 2),
                     text.substr(14, 2), text.substr(17, 2), object_uuid(origin, first.number));
  return key;
}

}  // namespace m2c2::exporters
