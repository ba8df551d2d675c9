// What each item holds.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "job/json.hpp"
#include "job/parse.hpp"

namespace m2c2::store::dynamodb {
namespace {

namespace json = boost::json;

constexpr std::string_view kMachineDetails = "machine-details";
constexpr std::string_view kDataParameters = "data_parameters";
constexpr std::string_view kJobDetails = "job_details";
constexpr std::string_view kWrite = "write";
constexpr std::string_view kParts = "parts";
constexpr std::string_view kIntent = "intent";
constexpr std::size_t kPartBytes = 350'000;
constexpr job::JsonLimits kDocument{.bytes = 2 * job::kMostRequestBytes, .depth = job::kMostRequestDepth};

Result<json::value> map_of(const JobVersion& version, std::string_view name, const std::string& text) {
  auto object = job::read_json_object(text, kDocument);
  if (object) return attribute_of(*std::move(object));
  return fail(StoreError::failed, fmt::format("version {} of job {} cannot be stored: its {}: {}", version.version,
                                              version.job, name, object.error()));
}

/// Everything but the three documents.
Item short_attributes(const JobVersion& version, const std::string& write) {
  return {{kJob, text_value(version.job)},
          {kVersion, number_value(version.version)},
          {"control", text_value(version.control)},
          {"gggroupid", text_value(version.group)},
          {"process", text_value(version.process)},
          {"site", text_value(version.site)},
          {"area", text_value(version.area)},
          {"machine", text_value(version.machine)},
          {"machine_query_iterations", number_value(std::int64_t{version.iterations})},
          {"machine_query_time_interval", number_value(version.interval)},
          {"protocol", text_value(version.protocol)},
          {"address", text_value(version.address)},
          {"timestamp", text_value(version.timestamp)},
          {kWrite, text_value(write)}};
}

/// As much as a part holds, without cutting a character in two.
std::string_view take_piece(std::string_view& text) {
  std::size_t bytes = std::min(kPartBytes, text.size());
  const auto is_inside = [&](std::size_t at) { return at < text.size() && (text[at] & 0xC0) == 0x80; };
  while (bytes > 1 && is_inside(bytes)) --bytes;
  const std::string_view piece = text.substr(0, bytes);
  text.remove_prefix(bytes);
  return piece;
}

std::vector<Item> parts_of(const JobVersion& version, const std::string& write) {
  std::vector<Item> parts;
  std::string_view rest = version.job_details;
  while (!rest.empty()) {
    const auto number = static_cast<std::int64_t>(parts.size() + 1);
    parts.push_back({{kJob, text_value(parts_key(version.job, write))},
                     {kVersion, number_value(number)},
                     {kJobDetails, text_value(take_piece(rest))}});
  }
  return parts;
}

/// A document that stands within the request too.
std::string part_of_request(const json::object& request, std::initializer_list<std::string_view> path) {
  const json::object* object = &request;
  for (const std::string_view name : path) {
    const json::value* value = object->if_contains(name);
    object = value ? value->if_object() : nullptr;
    if (!object) return {};
  }
  return job::to_json(*object);
}

template <class Value, std::size_t N>
Value one_named(ItemReader& item, std::string_view name, const std::array<Value, N>& values) {
  const std::string text = item.text(name);
  const auto found = std::ranges::find_if(values, [&](Value value) { return to_text(value) == text; });
  if (found != values.end()) return *found;
  item.refuse(name, fmt::format("is \"{}\"", text.substr(0, 40)));
  return values[0];
}

JobHead head_in(ItemReader& item) {
  using job::Control;
  using job::RunState;
  JobHead head;
  head.job = item.text(kJob);
  head.revision = item.integer("revision");
  head.group = item.text("gggroupid");
  head.latest = item.integer("latest");
  head.version = item.integer("wanted_version");
  head.state = one_named(item, "state", std::array{RunState::running, RunState::stopped});
  head.control =
      one_named(item, "control", std::array{Control::deploy, Control::update, Control::start, Control::stop});
  head.requested_version = item.maybe_integer("requested_version");
  head.destinations = {.to_stream = item.maybe_flag("to_stream"), .to_topic = item.maybe_flag("to_topic")};
  head.request_digest = item.text("request_digest");
  return head;
}

}  // namespace

std::string parts_key(std::string_view job, std::string_view write) { return fmt::format("{}#{}", job, write); }

Result<VersionItems> items_of(const JobVersion& version, const std::string& write) {
  auto details = map_of(version, kMachineDetails, version.machine_details);
  if (!details) return std::unexpected{std::move(details).error()};
  auto parameters = map_of(version, kDataParameters, version.data_parameters);
  if (!parameters) return std::unexpected{std::move(parameters).error()};

  VersionItems items{.item = short_attributes(version, write), .parts = {}};
  Item whole = items.item;
  whole[kMachineDetails] = *std::move(details);
  whole[kDataParameters] = *std::move(parameters);
  if (const std::size_t size = size_of(whole); size + version.job_details.size() < kMostItemBytes) {
    items.item = std::move(whole);
    items.item[kJobDetails] = text_value(version.job_details);
    return items;
  } else if (size < kMostItemBytes) {
    items.item = std::move(whole);
  }  // else without the two documents, which the request holds too
  items.parts = parts_of(version, write);
  items.item[kParts] = number_value(static_cast<std::int64_t>(items.parts.size()));
  return items;
}

Result<StoredVersion> read_version(const Item& from, std::string_view table) {
  ItemReader item{from, table};
  StoredVersion stored;
  JobVersion& version = stored.version;
  version.job = item.text(kJob);
  version.version = item.integer(kVersion);
  version.control = item.text("control");
  version.group = item.text("gggroupid");
  version.site = item.text("site");
  version.area = item.text("area");
  version.process = item.text("process");
  version.machine = item.text("machine");
  version.protocol = item.text("protocol");
  version.address = item.text("address");
  const std::int64_t iterations = item.integer("machine_query_iterations");
  if (iterations < 0 || iterations > std::numeric_limits<int>::max())
    item.refuse("machine_query_iterations", "is out of range");
  version.iterations = static_cast<int>(iterations);
  version.interval = item.real("machine_query_time_interval");
  version.timestamp = item.text("timestamp");
  if (item.has(kWrite)) stored.write = item.text(kWrite);
  stored.parts = item.maybe_integer(kParts).value_or(0);
  if (stored.parts == 0) version.job_details = item.text(kJobDetails);
  if (stored.parts == 0 || item.has(kMachineDetails))
    version.machine_details = job::to_json(item.plain_map(kMachineDetails));
  if (stored.parts == 0 || item.has(kDataParameters))
    version.data_parameters = job::to_json(item.plain_map(kDataParameters));
  if (item.failed()) return item.failure();
  return stored;
}

Result<> join(StoredVersion& stored, const Item& from, const std::vector<Item>& parts, std::string_view table) {
  ItemReader item{from, table};
  if (std::cmp_not_equal(stored.parts, parts.size())) {
    item.refuse(kParts, fmt::format("is {}, but there are {} under \"{}\"", stored.parts, parts.size(),
                                    parts_key(stored.version.job, stored.write)));
    return item.failure();
  }
  JobVersion& version = stored.version;
  for (const Item& part : parts) {
    ItemReader reader{part, table};
    version.job_details += reader.text(kJobDetails);
    if (reader.failed()) return reader.failure();
  }
  stored.parts = 0;
  if (!version.machine_details.empty()) return {};
  const auto request = job::read_json_object(version.job_details, kDocument);
  if (request) {
    version.machine_details = part_of_request(*request, {"job", "machine-details"});
    version.data_parameters = part_of_request(*request, {"job", "machine-details", "data-parameters"});
  }
  if (!version.machine_details.empty() && !version.data_parameters.empty()) return {};
  item.refuse(kParts, "hold a request without machine-details and data-parameters");
  return item.failure();
}

Item item_of(const StoredHead& stored) {
  const JobHead& head = stored.head;
  Item item{{kJob, text_value(head.job)},
            {kVersion, number_value(kHeadVersion)},
            {"revision", number_value(head.revision)},
            {"gggroupid", text_value(head.group)},
            {"latest", number_value(head.latest)},
            {"wanted_version", number_value(head.version)},
            {"state", text_value(to_text(head.state))},
            {"control", text_value(to_text(head.control))},
            {"request_digest", text_value(head.request_digest)},
            {"writes", texts_value(stored.writes)}};
  if (head.requested_version) item["requested_version"] = number_value(*head.requested_version);
  if (head.destinations.to_stream) item["to_stream"] = flag_value(*head.destinations.to_stream);
  if (head.destinations.to_topic) item["to_topic"] = flag_value(*head.destinations.to_topic);
  if (stored.intent) item[kIntent] = json::object{{"M", *stored.intent}};
  return item;
}

Result<StoredHead> read_head(const Item& from, std::string_view table) {
  ItemReader item{from, table};
  StoredHead stored;
  stored.head = head_in(item);
  if (item.integer(kVersion) != kHeadVersion) item.refuse(kVersion, "is not a head's");
  stored.writes = item.texts("writes");
  if (item.has(kIntent)) stored.intent = item.map(kIntent);
  if (item.failed()) return item.failure();
  if (!stored.intent) return stored;
  if (const auto intent = read_version(*stored.intent, table); !intent) return std::unexpected{intent.error()};
  return stored;
}

}  // namespace m2c2::store::dynamodb
