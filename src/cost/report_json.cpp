// One object; numbers as short as they read back the same.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "base/json_text.hpp"
#include "cost/report.hpp"

namespace m2c2::cost {
namespace {

std::string text(std::string_view value) {
  std::string json;
  append_json_string(json, value);
  return json;
}

std::string number(double value) {
  std::string json;
  append_json_number(json, value);
  return json;
}

template <class T>
std::string list(const std::vector<T>& items, std::string (*one)(const T&)) {
  std::string json = "[";
  for (const T& item : items) {
    if (json.size() > 1) json.push_back(',');
    json += one(item);
  }
  return json + "]";
}

std::string line(const Line& line) {
  return fmt::format(R"({{"what":{},"quantity":{},"unit":{},"price":{},"cost":{}}})", text(line.what),
                     number(line.quantity), text(line.unit), number(line.price), number(line.cost()));
}

std::string destination(const Destination& destination) {
  std::string json = fmt::format(
      R"({{"name":{},"about":{},"messages":{},"bytes":{},"records":{},"lines":{},"total":{})", text(destination.name),
      text(destination.about), number(destination.messages), number(destination.bytes), number(destination.records),
      list(destination.lines, line), number(destination.total()));
  if (const auto on_demand = destination.on_demand_total())
    json +=
        fmt::format(R"(,"on-demand":{{"lines":{},"total":{}}})", list(destination.on_demand, line), number(*on_demand));
  return json + "}";
}

std::string total(const Total& total) {
  return fmt::format(R"({{"name":{},"cost":{}}})", text(total.name), number(total.cost));
}

std::string brief(const Destination& destination) {
  return fmt::format(R"({{"name":{},"total":{}}})", text(destination.name), number(destination.total()));
}

std::string comparison(const Comparison& comparison) {
  return fmt::format(R"({{"what":{},"destinations":{},"totals":{}}})", text(comparison.what),
                     list(comparison.bill.destinations, brief), list(comparison.bill.totals, total));
}

std::string job(const Job& job) {
  const Traffic traffic = traffic_of(job);
  const double messages = traffic.messages_a_second();
  return fmt::format(
      R"({{"name":{},"file":{},"copies":{},"tags":{},"guessed-tags":{},"interval":{},"iterations":{},"messages":{},)"
      R"("message-bytes":{},"to-topic":{},"to-stream":{}}})",
      text(job.name), text(job.file), job.copies, traffic.tags, traffic.guessed_tags,
      number(std::chrono::duration<double>(job.definition.interval).count()), job.definition.iterations,
      number(messages * kSecondsAMonth), number(messages > 0 ? traffic.bytes_a_second() / messages : 0),
      job.delivery.to_topic, job.delivery.to_stream);
}

std::string sentence(const std::string& value) { return text(value); }

}  // namespace

std::string to_json(const Plan& plan, const Prices& prices) {
  const auto comparisons = compare(plan, prices);
  const Bill& bill = comparisons.front().bill;
  return fmt::format(
      R"({{"currency":"USD","hours":{},"region":{},"as-of":{},"jobs":{},"destinations":{},"totals":{},"comparisons":{},)"
      R"("warnings":{},"assumed":{}}})"
      "\n",
      kHoursAMonth, text(prices.region), text(prices.as_of), list(plan.jobs, job), list(bill.destinations, destination),
      list(bill.totals, total), list(comparisons, comparison), list(warnings_of(plan), sentence),
      list(assumptions_of(plan, prices), sentence));
}

}  // namespace m2c2::cost
