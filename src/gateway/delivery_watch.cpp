// Compares counters with those seen before.
// SPDX-License-Identifier: Apache-2.0
#include "gateway/delivery_watch.hpp"

#include <fmt/format.h>

#include <utility>

namespace m2c2::gateway {

std::vector<DeliveryNews> DeliveryWatch::see(const stream::Stats& stream, const std::vector<ExporterStatus>& exporters,
                                             SteadyTime now) {
  std::vector<DeliveryNews> news;
  see_loss(news, "not taken into the stream", stream.rejected, now, why_not_taken(stream));
  see_trouble(news, stream.trouble, now);
  for (const auto& cursor : stream.cursors)
    see_loss(
        news, fmt::format("lost to exporter {}", cursor.exporter), cursor.lost_records, now,
        {"the stream was full and its oldest messages gave way to new ones, or its files are damaged, as the log tells",
         "bring the destination back, raise [stream] max-size, or look after the disk"});
  for (const auto& exporter : exporters) {
    see_loss(news, fmt::format("set aside by exporter {}", exporter.name), exporter.pump.rejected, now,
             {"the destination will never take them", "see the folder dead-letters in the gateway's data-dir"});
    see_failure(news, exporter, now);
  }
  return news;
}

DeliveryWatch::Reason DeliveryWatch::why_not_taken(const stream::Stats& stream) {
  const bool is_overrun = stream.overrun > std::exchange(overrun_, stream.overrun);
  if (!stream.trouble.empty())
    return {stream.trouble, "make room on the disk, look after it, or bring destinations back"};
  if (is_overrun)
    return {fmt::format("more came than its disk takes, and what may wait for that in memory does; the stream itself "
                        "holds {} bytes of at most {}",
                        stream.bytes, stream.max_bytes),
            "find out what slows that disk down, or give the stream a faster one"};
  return {fmt::format("it is full with {} bytes", stream.bytes), "bring destinations back, or raise [stream] max-size"};
}

void DeliveryWatch::see_loss(std::vector<DeliveryNews>& news, const std::string& what, std::uint64_t count,
                             SteadyTime now, const Reason& reason) {
  Loss& loss = losses_[what];
  if (count > loss.seen) {
    loss.last = now;
    if (!std::exchange(loss.under_way, true)) {
      loss.before = loss.seen;
      news.push_back({job::Severity::error, fmt::format("{} messages are {} so far: {}. Remedy: {}.",
                                                        count - loss.before, what, reason.cause, reason.remedy)});
    }
    loss.seen = count;
  } else if (loss.under_way && now - loss.last >= kQuiet) {
    loss.under_way = false;
    news.push_back(
        {job::Severity::info, fmt::format("No more messages are {}; they were {} in all.", what, count - loss.before)});
  }
}

void DeliveryWatch::see_failure(std::vector<DeliveryNews>& news, const ExporterStatus& exporter, SteadyTime now) {
  if (!exporter.pump.failing_since) {
    const auto failure = failures_.extract(exporter.name);
    if (!failure.empty() && failure.mapped().told)
      news.push_back({job::Severity::info, fmt::format("Exporter {} delivers again.", exporter.name)});
    return;
  }
  if (exporter.name == "topic" && !exporter.pump.cannot_bury) return;  // the broker that is away would have to carry it
  Failure& failure = failures_.try_emplace(exporter.name, now).first->second;
  if (failure.told || now - failure.since < kPatience) return;
  failure.told = true;
  news.push_back(
      {job::Severity::error, fmt::format("Exporter {} cannot deliver: {}. What it is due waits in the stream.",
                                         exporter.name, exporter.pump.why)});
}

void DeliveryWatch::see_trouble(std::vector<DeliveryNews>& news, const std::string& trouble, SteadyTime now) {
  if (trouble.empty()) {
    if (trouble_ && trouble_->told) news.push_back({job::Severity::info, "The stream takes messages again."});
    trouble_.reset();
    return;
  }
  if (!trouble_) trouble_ = Failure{.since = now, .told = false};
  if (trouble_->told || now - trouble_->since < kPatience) return;
  trouble_->told = true;
  news.push_back({job::Severity::error,
                  fmt::format("The stream takes no messages: {}. What comes waits in memory for a while.", trouble)});
}

}  // namespace m2c2::gateway
