// Aligned tables.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "cost/report.hpp"

namespace m2c2::cost {
namespace {

std::string with_commas(std::string text) {
  const std::size_t end = std::min(text.find('.'), text.size());
  for (std::size_t at = end; at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string size_text(double bytes) {
  if (bytes >= kGB) return fmt::format("{:.2f} GB", bytes / kGB);
  return fmt::format("{:.1f} MB", bytes / kKB / kKB);
}

std::string destinations_text(const job::Delivery& delivery) {
  if (delivery.to_topic && delivery.to_stream) return "topic, stream";
  return delivery.to_topic ? "topic" : delivery.to_stream ? "stream" : "nowhere";
}

std::size_t longest_name(const Plan& plan) {
  std::size_t longest = 20;
  for (const Job& job : plan.jobs) longest = std::max(longest, job.name.size());
  return longest;
}

std::string jobs_table(const Plan& plan) {
  const std::size_t width = longest_name(plan);
  std::string out = fmt::format("{:<{}} {:>7} {:>7} {:>8} {:>10} {:>15} {:>8}  {}\n", "job", width, "copies", "tags",
                                "every", "iterations", "messages", "bytes", "to");
  for (const Job& job : plan.jobs) {
    const Traffic traffic = traffic_of(job);
    const double messages = traffic.messages_a_second();
    out +=
        fmt::format("{:<{}} {:>7} {:>7} {:>8} {:>10} {:>15} {:>8.0f}  {}\n", job.name, width, job.copies, traffic.tags,
                    fmt::format("{} s", std::chrono::duration<double>(job.definition.interval).count()),
                    job.definition.iterations, grouped(messages * kSecondsAMonth),
                    messages > 0 ? traffic.bytes_a_second() / messages : 0, destinations_text(job.delivery));
  }
  return out;
}

constexpr std::size_t kWhat = 40;

std::string sum_line(std::string_view what, double cost) {
  return fmt::format("  {:<{}} {:>49}\n", what, kWhat, money(cost));
}

std::string lines_table(const std::vector<Line>& lines) {
  std::string out;
  for (const Line& line : lines)
    out += fmt::format("  {:<{}} {:>12} {:<15} x {:>6g} {:>12}\n", line.what, kWhat,
                       line.quantity < 1000 ? fmt::format("{:.2f}", line.quantity) : grouped(line.quantity), line.unit,
                       line.price, money(line.cost()));
  return out;
}

std::string destination_table(const Destination& destination) {
  std::string out = fmt::format("\n{}: {}\n  {} messages, {}", destination.name, destination.about,
                                grouped(destination.messages), size_text(destination.bytes));
  if (destination.records > 0) out += fmt::format(", in {} records", grouped(destination.records));
  out.push_back('\n');
  if (destination.lines.empty()) return out;
  out += lines_table(destination.lines) + sum_line("total", destination.total());
  if (destination.on_demand.empty()) return out;
  out += "  with an on-demand stream instead of shards and PUT payload units:\n";
  return out + lines_table(destination.on_demand) + sum_line("total", destination.on_demand_total().value_or(0));
}

std::string totals_table(const Bill& bill) {
  std::string out = "\nA month\n";
  for (const Total& total : bill.totals) out += sum_line(total.name, total.cost);
  return out;
}

std::string comparison_table(const std::vector<Comparison>& comparisons) {
  std::string out = fmt::format("\n{:<34}", "What would change it");
  for (const Destination& destination : comparisons.front().bill.destinations)
    out += fmt::format(" {:>14}", destination.name);
  out.push_back('\n');
  for (const Comparison& comparison : comparisons) {
    out += fmt::format("  {:<32}", comparison.what);
    for (const Destination& destination : comparison.bill.destinations)
      out += fmt::format(" {:>14}", money(destination.total()));
    out.push_back('\n');
  }
  return out;
}

std::string sentences(std::string_view title, const std::vector<std::string>& all) {
  if (all.empty()) return {};
  std::string out = fmt::format("\n{}\n", title);
  for (const std::string& sentence : all) out += fmt::format("- {}\n", sentence);
  return out;
}

}  // namespace

std::string grouped(double whole) { return with_commas(fmt::format("{:.0f}", whole)); }

std::string money(double dollars) {
  const bool is_small = dollars > 0 && dollars < 0.01;
  return is_small ? fmt::format("{:.4f}", dollars) : with_commas(fmt::format("{:.2f}", dollars));
}

std::string to_text(const Plan& plan, const Prices& prices) {
  const auto comparisons = compare(plan, prices);
  const Bill& bill = comparisons.front().bill;
  std::string out =
      fmt::format("A month of {} hours, in US dollars, at the prices of {}.\n\n", kHoursAMonth, prices.region);
  out += jobs_table(plan);
  for (const Destination& destination : bill.destinations) out += destination_table(destination);
  out += totals_table(bill);
  out += comparison_table(comparisons);
  return out + sentences("Mind", warnings_of(plan)) + sentences("Assumed", assumptions_of(plan, prices));
}

}  // namespace m2c2::cost
