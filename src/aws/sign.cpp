// The canonical request, the string to sign, and the signature.
// SPDX-License-Identifier: Apache-2.0
#include "aws/sign.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "base/hex.hpp"

namespace m2c2::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDigestSize = 32;
using Digest = std::array<unsigned char, kDigestSize>;

ByteView as_bytes(const Digest& digest) { return std::as_bytes(std::span{digest}); }

Digest sha256(std::string_view bytes) {
  Digest digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

Digest hmac(std::string_view key, std::string_view text) {
  Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), nullptr);
  return digest;
}

std::string_view as_key(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

std::string lower_hex(const Digest& digest) { return to_lower_hex(as_bytes(digest)); }

struct Url {
  std::string_view host;  ///< with a port that is not the scheme's
  std::string_view path;  ///< at least "/"
  std::string_view query;
};

Url take_apart(std::string_view url) {
  Url parts;
  const std::size_t begin = url.find("://") + 3;
  const std::string_view scheme = url.substr(0, begin);
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  parts.host = url.substr(begin, end - begin);
  const std::string_view own_port = scheme == "https://" ? ":443" : ":80";
  if (parts.host.ends_with(own_port)) parts.host.remove_suffix(own_port.size());
  const std::size_t question = std::min(url.find('?', end), url.size());
  parts.path = url.substr(end, question - end);
  if (parts.path.empty()) parts.path = "/";
  if (question < url.size()) parts.query = url.substr(question + 1);
  return parts;
}

/// Without `.`, `..` and empty parts (RFC 3986, 6.2.2.3).
std::string normalised(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    at = end + 1;
  }
  std::string out;
  for (const std::string_view part : parts) out.append("/").append(part);
  const bool is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  return out.empty() || is_folder ? out + "/" : out;
}

std::string canonical_path(std::string_view path, const Scope& scope) {
  return scope.service == "s3" ? std::string{path} : uri_encoded(normalised(path), true);
}

/// Sorted by name, then by value, each with its `=`.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string_view pair = query.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) pairs.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    at = end + 1;
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs)
    fmt::format_to(std::back_inserter(out), "{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

/// Outer white space off, inner runs of it one space.
std::string trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!is_space) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

struct CanonicalHeaders {
  std::string lines;
  std::string names;  ///< SignedHeaders
};

/// Sorted by name; the values of a name that comes again are joined in their order.
CanonicalHeaders canonical_headers(const Headers& headers) {
  std::map<std::string_view, std::string> values;
  for (const Header& header : headers) {
    std::string& joined = values[header.name];
    joined += (joined.empty() ? "" : ",") + trimmed(header.value);
  }
  CanonicalHeaders out;
  for (const auto& [name, value] : values) {
    out.lines += fmt::format("{}:{}\n", name, value);
    out.names.append(out.names.empty() ? "" : ";").append(name);
  }
  return out;
}

void set_header(Headers& headers, std::string name, std::string value) {
  std::erase_if(headers, [&](const Header& h) { return h.name == name; });
  headers.push_back({std::move(name), std::move(value)});
}

Digest signing_key(const Credentials& credentials, const Scope& scope, std::string_view date) {
  const Digest of_date = hmac("AWS4" + credentials.secret_access_key, date);
  const Digest of_region = hmac(as_key(of_date), scope.region);
  const Digest of_service = hmac(as_key(of_region), scope.service);
  return hmac(as_key(of_service), "aws4_request");
}

}  // namespace

std::string uri_encoded(std::string_view text, bool keep_slash) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_kept = byte < 0x80 && (std::isalnum(byte) != 0 || std::string_view{"-._~"}.contains(c));
    if (is_kept || (c == '/' && keep_slash)) out += c;
    else fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) { return lower_hex(sha256(bytes)); }

std::string sha256_base64(std::string_view bytes) {
  std::string text;
  append_base64(text, as_key(sha256(bytes)));
  return text;
}

void sign(HttpRequest& request, const Credentials& credentials, const Scope& scope, WallTime at) {
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", second);
  const std::string_view date = std::string_view{time}.substr(0, 8);
  const std::string body_hash = sha256_hex(request.body.bytes());
  const Url url = take_apart(request.url);
  Headers& headers = request.headers;
  std::erase_if(headers, [](const Header& h) { return h.name == "authorization"; });
  set_header(headers, "host", std::string{url.host});
  set_header(headers, "x-amz-date", time);
  if (!credentials.session_token.empty()) set_header(headers, "x-amz-security-token", credentials.session_token);
  if (scope.service == "s3") set_header(headers, "x-amz-content-sha256", body_hash);

  const CanonicalHeaders canonical = canonical_headers(headers);
  const std::string canonical_request =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(url.path, scope), canonical_query(url.query),
                  canonical.lines, canonical.names, body_hash);
  const std::string credential_scope = fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, credential_scope, sha256_hex(canonical_request));
  const Digest signature = hmac(as_key(signing_key(credentials, scope, date)), to_sign);
  headers.push_back({"authorization",
                     fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                 credentials.access_key_id, credential_scope, canonical.names, lower_hex(signature))});
}

}  // namespace m2c2::aws
