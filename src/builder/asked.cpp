// A request made definite.
// SPDX-License-Identifier: Apache-2.0
#include "builder/asked.hpp"

#include <boost/json/array.hpp>
#include <cstdint>

#include "base/hex.hpp"

namespace m2c2::builder {

std::string digest_of(std::string_view request) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : request) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  std::string digest;
  append_hex(digest, hash, 16);
  return digest + "-" + std::to_string(request.size());
}

boost::json::object request_for(const Asked& asked, job::Version version) {
  boost::json::object document = asked.parsed.document;
  boost::json::object property{{"name", asked.job()}, {"version", std::to_string(version)}};
  document["job"].as_object()["properties"] = boost::json::array{std::move(property)};
  return document;
}

}  // namespace m2c2::builder
