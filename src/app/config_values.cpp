// What the texts of the configuration mean.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <boost/url.hpp>

#include "app/config.hpp"
#include "app/errors.hpp"
#include "base/hex.hpp"

namespace m2c2::app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array kUnits{Unit{"", 1},
                            Unit{"B", 1},
                            Unit{"KiB", std::uint64_t{1} << 10},
                            Unit{"MiB", std::uint64_t{1} << 20},
                            Unit{"GiB", std::uint64_t{1} << 30},
                            Unit{"TiB", std::uint64_t{1} << 40}};

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_decimal(text.substr(0, digits));
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const Unit& known : kUnits)
    if (number && unit == known.name && *number <= UINT64_MAX / known.bytes) return *number * known.bytes;
  return invalid(fmt::format("'{}' is not a size such as 512 KiB, 64 MiB or 5 GiB", text));
}

Result<Duration> parse_duration(std::string_view text) {
  using namespace std::chrono_literals;
  static constexpr std::array<std::pair<std::string_view, Duration>, 4> kTimes{
      {{"ms", 1ms}, {"s", 1s}, {"min", 1min}, {"h", 1h}}};
  constexpr Duration kMost = std::chrono::hours{1'000'000};  // a century, which nanoseconds hold
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_decimal(text.substr(0, digits));
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, time] : kTimes)
    if (number && unit == name && *number <= static_cast<std::uint64_t>(kMost / time))
      return time * static_cast<Duration::rep>(*number);
  return invalid(fmt::format("'{}' is not a time such as 500 ms, 300s or 5 min", text));
}

Result<stream::OnFull> parse_on_full(std::string_view text) {
  if (text == "overwrite-oldest") return stream::OnFull::overwrite_oldest;
  if (text == "reject-new") return stream::OnFull::reject_new;
  return invalid(fmt::format("[stream] on-full = \"{}\": give \"overwrite-oldest\" or \"reject-new\"", text));
}

std::string without_secrets(const std::string& url) {
  const auto at = url.rfind('@');
  if (at == url.npos) return url;
  const auto scheme = url.find("://");
  return (scheme < at ? url.substr(0, scheme + 3) : "") + url.substr(at + 1);
}

Result<mqtt::Options> broker_options(const Config& config, const std::string& fallback_url) {
  const std::string& url = config.broker.url.empty() ? fallback_url : config.broker.url;
  const auto wrong = [&](std::string_view why) {
    return invalid(fmt::format("[broker] url = \"{}\": {}; give mqtt://host:port or mqtts://host:port",
                               without_secrets(url), why));
  };
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return wrong("not a URL");
  if (parsed->scheme() != "mqtt" && parsed->scheme() != "mqtts") return wrong("unknown scheme");
  if (parsed->host().empty()) return wrong("no host");
  mqtt::Options options;
  options.tls = parsed->scheme() == "mqtts";
  options.broker.host = parsed->host_type() == boost::urls::host_type::ipv6 ? parsed->host_address() : parsed->host();
  const auto port = parse_decimal(parsed->has_port() ? std::string_view{parsed->port()}
                                  : options.tls      ? "8883"
                                                     : "1883");
  if (!port || *port < 1 || *port > 65535) return wrong("no such port");
  options.broker.port = static_cast<std::uint16_t>(*port);
  options.username = parsed->user();
  options.password = parsed->password();
  options.ca_file = config.broker.ca_file;
  options.cert_file = config.broker.cert_file;
  options.key_file = config.broker.key_file;
  return options;
}

}  // namespace m2c2::app
