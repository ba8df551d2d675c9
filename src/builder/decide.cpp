// The rules of the six controls.
// SPDX-License-Identifier: Apache-2.0
#include "builder/decide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "job/answers.hpp"
#include "job/json.hpp"
#include "job/rules.hpp"

namespace m2c2::builder {
namespace {

/// Above the last, and above any of a store that was lost: gateways remember what they have done.
std::int64_t next_revision(std::int64_t last, WallTime now) {
  return std::max(last + 1, std::int64_t{now.time_since_epoch().count()});
}

std::string why_not_new(job::Version version, job::Version latest) {
  if (latest >= job::kMostVersion)
    return fmt::format("version {}, the last that there can be, is stored: deploy the job by another name", latest);
  const std::string found = version == latest
                                ? fmt::format("version {} is stored already", version)
                                : fmt::format("its latest version is {}, and only a later one is new", latest);
  return fmt::format("{}: leave properties[].version out, or give {}, the next one", found, latest + 1);
}

std::string why_not_there(job::Version version, const store::JobHead& last) {
  if (version == last.version || version == last.latest)
    return fmt::format("version {} is wanted, and the store has lost it: deploy the job again", version);
  return fmt::format(
      "version {0} is not stored, its latest version is {1}: leave properties[].version out, or give {1}", version,
      last.latest);
}

Decision<job::Version> version_for(const Asked& asked, const std::optional<store::JobHead>& last) {
  const job::Version latest = last ? last->latest : 0;
  const job::Version version = asked.property.version.value_or(latest + 1);
  const bool of_nothing = asked.control() == job::Control::update && !last;
  if (of_nothing || version <= latest || version > job::kMostVersion)
    return std::unexpected{not_unique(asked, version, last)};
  return version;
}

/// An update leaves its job where it is, unless it names a group.
Decision<std::string> group_for(const Asked& asked, const std::optional<store::JobHead>& last,
                                std::string_view default_group) {
  if (!asked.parsed.request.group.empty()) return asked.parsed.request.group;
  if (asked.control() == job::Control::update && last) return last->group;
  if (!default_group.empty()) return std::string{default_group};
  return std::unexpected{Refused{
      "Parameter gg-group-id not found in job request. Give it, or configure the job builder with a default-group-id.",
      {}}};
}

std::string_view address_of(const job::Definition& definition) {
  if (const auto* slmp = std::get_if<job::SlmpJob>(&definition.protocol)) return slmp->connectivity.host;
  return std::get<job::OpcdaJob>(definition.protocol).host;
}

store::JobVersion version_row(const Asked& asked, job::Version version, const std::string& group, WallTime now) {
  const job::Definition& definition = *asked.parsed.request.definition;
  boost::json::object document = request_for(asked, version);
  boost::json::object& job = document["job"].as_object();
  job["gg-group-id"] = group;
  const boost::json::object& details = job["machine-details"].as_object();
  store::JobVersion row;
  row.job = asked.job();
  row.version = version;
  row.control = to_text(asked.control());
  row.group = group;
  row.site = definition.site;
  row.area = definition.area;
  row.process = definition.process;
  row.machine = definition.machine;
  row.protocol = definition.protocol_name();
  row.address = address_of(definition);
  row.iterations = definition.iterations;
  row.interval = std::chrono::duration<double>{definition.interval}.count();
  row.machine_details = job::to_json(details);
  row.data_parameters = job::to_json(details.at("data-parameters"));
  row.job_details = job::to_json(document);
  row.timestamp = format_timestamp(now);
  return row;
}

/// The last head after one more control.
store::JobHead after(const Asked& asked, const store::JobHead& last, WallTime now) {
  store::JobHead next = last;
  next.revision = next_revision(last.revision, now);
  next.control = asked.control();
  next.requested_version = asked.property.version;
  return next;
}

}  // namespace

Decision<NewVersion> define(const Asked& asked, const std::optional<store::JobHead>& last,
                            std::string_view default_group, WallTime now) {
  const auto version = version_for(asked, last);
  if (!version) return std::unexpected{version.error()};
  const auto group = group_for(asked, last, default_group);
  if (!group) return std::unexpected{group.error()};

  store::JobVersion row = version_row(asked, *version, *group, now);
  if (const std::size_t size = row.job_details.size(); size > job::kMostRequestBytes)
    return std::unexpected{
        Refused{fmt::format("Submitted JSON does not meet minimum requirements. It is {} bytes long with all "
                            "filled in; send at most {}.",
                            size, job::kMostRequestBytes),
                {}}};

  store::JobHead head = after(asked, last.value_or(store::JobHead{}), now);
  head.job = asked.job();
  head.group = *group;
  head.latest = *version;
  head.version = *version;
  head.state = job::RunState::running;
  head.destinations = asked.parsed.request.destinations;
  head.request_digest = asked.digest;
  return NewVersion{.version = std::move(row), .head = std::move(head)};
}

Refused not_unique(const Asked& asked, job::Version version, const std::optional<store::JobHead>& last) {
  const std::string text = job::texts::unique_entry(asked.job(), std::to_string(version));
  if (!last) return {text, "no job of that name is stored: deploy it first"};
  return {text, asked.defines() ? why_not_new(version, last->latest) : why_not_there(version, *last)};
}

bool is_redelivery(const Asked& asked, const std::optional<store::JobHead>& last) {
  if (!asked.duplicate || !asked.defines() || !last || last->request_digest != asked.digest) return false;
  // After a stop it may as well be the operator's second thought; with a version it cannot be: that one is taken.
  return last->control == asked.control() || asked.property.version.has_value();
}

job::Version version_meant(const Asked& asked, const store::JobHead& last) {
  const job::Version otherwise = asked.control() == job::Control::start ? last.latest : last.version;
  return asked.property.version.value_or(otherwise);
}

store::JobHead start(const Asked& asked, const store::JobHead& last, job::Version version, const job::Destinations& own,
                     WallTime now) {
  const job::Destinations& given = asked.parsed.request.destinations;
  store::JobHead next = after(asked, last, now);
  next.version = version;
  next.state = job::RunState::running;
  next.destinations.to_stream = given.to_stream ? given.to_stream : own.to_stream;
  next.destinations.to_topic = given.to_topic ? given.to_topic : own.to_topic;
  return next;
}

store::JobHead stop(const Asked& asked, const store::JobHead& last, WallTime now) {
  store::JobHead next = after(asked, last, now);
  if (version_meant(asked, last) == last.version) next.state = job::RunState::stopped;
  return next;
}

}  // namespace m2c2::builder
