// machine-details: what machine, how often, and by which protocol.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>

#include "base/utf8.hpp"
#include "job/names.hpp"
#include "job/readers.hpp"

namespace m2c2::job {
namespace {

constexpr Text kLevel{"a name without / + # and control characters", fault_in_level};
constexpr Integer kIterations{1, 30};
constexpr Number kIntervalSeconds{0.5, 30};

enum class Protocol { slmp, opcda };
constexpr Choice kProtocols{std::array{Word{"slmp", Protocol::slmp}, Word{"opcda", Protocol::opcda}},
                            "Unsupported protocol connectivity."};
constexpr Choice kValueFormats{std::array{Word{"typed", ValueFormat::typed}, Word{"hex", ValueFormat::hex}}};

/// The guide's samples have it in machine-details for SLMP, in connectivity-parameters for OPC DA.
void read_machine_name(const Object& details, const Object* connectivity, std::string& out) {
  std::optional<std::string> above, below;
  const bool right = details.optional("machine-name", kLevel, above);
  const bool right_below = !connectivity || connectivity->optional("machine-name", kLevel, below);
  if (!right || !right_below) return;
  if (!above && !below) details.missing("machine-name", kLevel.what);
  if (above && below && *above != *below)
    details.refuse("machine-name", fmt::format("Found '{}', and '{}' in connectivity-parameters; give it once",
                                               shown(*above), shown(*below)));
  out = above ? *above : below.value_or("");
}

void read_query(const Object& data, Definition& out) {
  data.required("machine-query-iterations", kIterations, out.iterations);
  double seconds = 1;
  data.required("machine-query-time-interval", kIntervalSeconds, seconds);
  out.interval = std::chrono::milliseconds{std::llround(seconds * 1000)};
}

SlmpJob read_slmp(const Object& connectivity, const Object* data, const Array* attributes) {
  SlmpJob job;
  const auto code = read_slmp_connectivity(connectivity, job.connectivity);
  if (data) data->optional("value-format", kValueFormats, job.value_format);
  if (attributes) read_slmp_attributes(*attributes, code, job.attributes);
  return job;
}

OpcdaJob read_opcda(const Object& connectivity, const Array* attributes) {
  OpcdaJob job;
  read_opcda_connectivity(connectivity, job);
  if (attributes) read_opcda_attributes(*attributes, job.attributes);
  return job;
}

/// Nobody names a host so.
bool is_four_numbers(std::string_view host) {
  return std::ranges::count(host, '.') == 3 && host.find_first_not_of("0123456789.") == host.npos &&
         !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
}

/// A resolver takes a number that begins with 0 for an octal one: 003 is 3 to it as to anybody, 010 is 8.
std::string without_harmless_zeros(std::string_view numbers) {
  std::string plain;
  for (const auto part : std::views::split(numbers, '.')) {
    std::string_view number{part.begin(), part.end()};
    const std::string_view digits = number.substr(std::min(number.find_first_not_of('0'), number.size() - 1));
    if (digits.size() == 1 && digits < "8") number = digits;
    plain.append(plain.empty() ? "" : ".").append(number);
  }
  return plain;
}

bool is_ipv4(std::string_view numbers) {
  in_addr address{};
  return inet_pton(AF_INET, without_harmless_zeros(numbers).c_str(), &address) == 1;
}

template <class T>
const T* pointer(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

}  // namespace

void read_machine(const Object& details, Definition& out) {
  details.optional("site-name", kLevel, out.site);
  details.optional("area", kLevel, out.area);
  details.optional("process", kLevel, out.process);
  const auto connectivity =
      required_object(details, "connectivity-parameters", "an object that says how to reach the machine");
  const auto data = required_object(details, "data-parameters", "an object that says what to read and how often");
  read_machine_name(details, pointer(connectivity), out.machine);
  if (data) read_query(*data, out);
  const auto attributes =
      data ? required_list(*data, "attributes", "an array of functions, each with its address-list") : std::nullopt;

  details.note_unknown();

  Protocol protocol{};
  if (!connectivity || !connectivity->required("protocol", kProtocols, protocol)) return;
  if (protocol == Protocol::slmp) out.protocol = read_slmp(*connectivity, pointer(data), pointer(attributes));
  else out.protocol = read_opcda(*connectivity, pointer(attributes));
  connectivity->note_unknown();
  if (data) data->note_unknown();
}

std::optional<std::string> fault_in_host(std::string_view host) {
  constexpr std::size_t kMostBytes = 253;  // of a name in the DNS
  if (host.empty()) return "is empty; give an IP address or a host name";
  if (host.size() > kMostBytes) return fmt::format("is {} bytes long; give at most {}", host.size(), kMostBytes);
  if (std::ranges::count(host, ':') == 1) return "contains a port; give the address alone";
  if (is_four_numbers(host) && !is_ipv4(host))
    return "is no IP address; give four numbers from 0 to 255, without zeros before them";
  while (!host.empty()) {
    const auto point = take_code_point(host);
    if (!point || is_control(*point) || *point == U' ' || *point == U'/')
      return "contains a blank, a '/' or a control character; give an IP address or a host name alone";
  }
  return {};
}

std::optional<std::string> fault_in_foreign_name(std::string_view name) {
  constexpr std::size_t kMostCharacters = 256;
  if (name.empty()) return "is empty; give at least one character";
  std::size_t characters = 0;
  for (; !name.empty(); ++characters) {
    const auto point = take_code_point(name);
    if (!point || is_control(*point)) return "contains a control character; leave it out";
  }
  if (characters <= kMostCharacters) return {};
  return fmt::format("is {} characters long; give at most {}", characters, kMostCharacters);
}

}  // namespace m2c2::job
