// connectivity-parameters and attributes of an OPC DA job.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "job/names.hpp"
#include "job/readers.hpp"
#include "job/tag_names.hpp"

namespace m2c2::job {
namespace {

constexpr Text kHost{"an IP address or a host name", fault_in_host};
constexpr Text kServer{"the name of the OPC DA server", fault_in_foreign_name};
constexpr Integer kPort{1, 65535};
constexpr Choice kReadModes{std::array{Word{"sync", OpcdaReadMode::sync}, Word{"async", OpcdaReadMode::async}}};
constexpr Text kItem{"an item of the server, or for read_list a pattern", fault_in_foreign_name};
constexpr Choice kFunctions{
    std::array{Word{"read_list", OpcdaFunction::read_list}, Word{"read_tags", OpcdaFunction::read_tags}},
    "Unsupported protocol function."};
constexpr std::string_view kAddresses = "an array of items, or a text of items with commas between them";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

class AttributeReader {
 public:
  std::optional<OpcdaAttribute> read(const Field&);

 private:
  void read_array(const Array&, OpcdaAttribute&);
  void read_text(const Field&, std::string_view, OpcdaAttribute&);
  void add(const Field&, std::string_view item, OpcdaAttribute&);

  TagNames tags_;
};

std::optional<OpcdaAttribute> AttributeReader::read(const Field& field) {
  const auto members = as_object(field, "an object with function and address-list");
  if (!members) return {};
  OpcdaAttribute attribute;
  const bool known = members->required("function", kFunctions, attribute.function);
  const auto addresses = members->find("address-list");
  if (!addresses) members->missing("address-list", kAddresses);
  members->note_unknown();
  if (!known || !addresses) return {};
  if (const auto* text = addresses->value.if_string()) {
    read_text(*addresses, *text, attribute);
  } else if (const auto list = required_list(*members, "address-list", kAddresses)) {
    read_array(*list, attribute);
  }
  return attribute;
}

void AttributeReader::read_array(const Array& list, OpcdaAttribute& out) {
  list.each([&](const Field& field) {
    if (const auto item = kItem.read(field)) add(field, *item, out);
  });
}

/// "tag1, tag2" (guide, "Job definitions").
void AttributeReader::read_text(const Field& field, std::string_view text, OpcdaAttribute& out) {
  for (bool more = true; more && !field.problems.full();) {
    const auto comma = text.find(',');
    const auto item = trimmed(text.substr(0, comma));
    if (const auto fault = fault_in_foreign_name(item)) field.refuse(fmt::format("'{}' {}", shown(item), *fault));
    else add(field, item, out);
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
  }
}

void AttributeReader::add(const Field& field, std::string_view item, OpcdaAttribute& out) {
  out.addresses.emplace_back(item);
  if (out.function == OpcdaFunction::read_list) return;  // what a pattern stands for, the server knows
  auto level = opcda_tag_level(item);
  if (const auto fault = fault_in_tag(level)) field.refuse(fmt::format("'{}' {}", shown(item), *fault));
  else tags_.add_or_again(field, std::move(level), item);
}

}  // namespace

void read_opcda_connectivity(const Object& parameters, OpcdaJob& out) {
  parameters.required("machine-ip", kHost, out.host);
  parameters.required("opcda-server-name", kServer, out.server);
  parameters.optional("port-number", kPort, out.port);
  parameters.optional("opcda-read-mode", kReadModes, out.read_mode);
}

void read_opcda_attributes(const Array& attributes, std::vector<OpcdaAttribute>& out) {
  AttributeReader reader;
  attributes.each([&](const Field& field) {
    if (auto attribute = reader.read(field)) out.push_back(std::move(*attribute));
  });
}

}  // namespace m2c2::job
