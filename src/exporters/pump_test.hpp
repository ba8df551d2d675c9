// An exporter that a test plays, and a pump that moves records to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <deque>

#include "exporters/pump.hpp"
#include "log/log.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::exporters {

inline const Outcome kAccepted;
inline const Outcome kRetry{Fate::retry, "broker not connected"};
inline const Outcome kHeld{Fate::held, {}};
inline const Outcome kRejected{Fate::rejected, "too large"};

/// An exporter that a test plays: it answers with the next of `replies`, or accepts all when there is none.
class PlayedExporter final : public Exporter {
 public:
  explicit PlayedExporter(net::Loop& loop) : loop_{loop}, go_on_{loop} {}

  std::string_view name() const override { return "played"; }
  stream::Destination destination() const override { return stream::Destination::topic; }
  void on_back(const std::function<void()>& back) override { come_back = back; }
  void stop() override {
    if (lets_go) finish();
  }

  net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record> records) override {
    times.push_back(loop_.steady());
    std::string ids;
    for (const auto& record : records) ids += record.id;
    deliveries.push_back(ids);
    if (takes_long) co_await go_on_.wait();
    if (always) co_return std::vector<Outcome>(records.size(), *always);
    if (replies.empty()) co_return std::vector<Outcome>(records.size());
    auto reply = std::move(replies.front());
    replies.pop_front();
    co_return reply;
  }
  SteadyTime settle_due() const override { return due; }
  net::Task<Outcome> settle() override {
    settles.push_back(loop_.steady());
    co_return settle_reply;
  }
  void finish() { go_on_.set(); }

  std::deque<std::vector<Outcome>> replies;
  std::optional<Outcome> always;
  SteadyTime due = SteadyTime::max();
  Outcome settle_reply;
  bool takes_long = false;  ///< until finish()
  bool lets_go = false;     ///< finishes when stopped
  std::function<void()> come_back;
  std::vector<std::string> deliveries;  ///< the ids of each
  std::vector<SteadyTime> times;
  std::vector<SteadyTime> settles;

 private:
  net::Loop& loop_;
  net::Event go_on_;
};

class PumpTest : public testing::Test {
 protected:
  PumpTest() {
    log::set_level(log::Level::off);
    loop_.spawn(run());
    loop_.settle();
  }

  net::Task<> run() {
    co_await pump_->run();
    ended_ = true;
  }

  /// One record a letter.
  void append(std::string_view ids) {
    std::vector<stream::Record> records;
    for (const char id : ids) records.push_back({{id}, "t", "payload", {}, true, false});
    stream_->append(std::move(records));
    loop_.settle();
  }
  std::uint64_t lag() const { return stream_->stats().cursors.at(0).lag_records; }
  std::uint64_t lost() const { return stream_->stats().cursors.at(0).lost_records; }

  net::VirtualLoop loop_;
  std::unique_ptr<stream::Stream> stream_ = stream::make_memory_stream(200, stream::OnFull::overwrite_oldest);
  PlayedExporter exporter_{loop_};
  std::vector<std::string> rejected_;
  bool grave_is_full_ = false;
  int burials_ = 0;  ///< tried
  std::unique_ptr<Pump> pump_ =
      std::make_unique<Pump>(*stream_, exporter_, loop_, PumpOptions{.batch_records = 4, .jitter_seed = 1},
                             [this](std::span<const Rejection> rejections) -> Result<> {
                               ++burials_;
                               if (grave_is_full_)
                                 return fail(std::make_error_code(std::errc::no_space_on_device), "no room");
                               for (const auto& [record, why] : rejections) rejected_.push_back(record.id + ": " + why);
                               return {};
                             });
  bool ended_ = false;
};

}  // namespace m2c2::exporters
