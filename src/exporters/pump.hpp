// Moves records from the stream to one exporter: in order, again and again until each has its fate.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/back_off.hpp"
#include "base/result.hpp"
#include "exporters/exporter.hpp"
#include "net/loop.hpp"
#include "stream/stream.hpp"

namespace m2c2::exporters {

struct PumpOptions {
  std::size_t batch_records = 500;  ///< handed to the exporter at once
  std::size_t batch_bytes = std::size_t{1024} * 1024;
  Duration first_back_off = std::chrono::milliseconds{250};
  Duration longest_back_off = std::chrono::seconds{15};
  std::uint32_t jitter_seed = std::random_device{}();
};

struct PumpStats {
  std::uint64_t delivered = 0;            ///< records that the destination has
  std::uint64_t bytes = 0;                ///< of their payloads
  std::uint64_t held = 0;                 ///< records taken into something larger that the destination has not yet
  std::uint64_t held_bytes = 0;           ///< of their payloads
  std::uint64_t retries = 0;              ///< records given to the exporter once more, or sent again by itself
  std::uint64_t rejected = 0;             ///< dead letters: records that the destination will never take
  std::optional<WallTime> failing_since;  ///< while something has to be retried
  std::string why;                        ///< of the last failure
  bool cannot_bury = false;               ///< it is the dead letters that cannot be written
};

/// A batch is done once every record of it is accepted, held or rejected, and no later record overtakes it; within it,
/// what has to be retried is retried in its order. What is done is acknowledged as soon as nothing is held, all at
/// once. All calls but stats() on the loop; the stream, the exporter and the loop outlive the pump, and the pump
/// outlives run().
class Pump {
 public:
  /// Keeps what is given up; when it cannot, the records stay in the stream and it is asked again.
  using OnRejected = std::function<Result<>(std::span<const Rejection>)>;

  Pump(stream::Stream&, Exporter&, net::Loop&, PumpOptions = {}, OnRejected = {});

  /// Moves records until stop(). Once.
  net::Task<> run();
  /// Lets run() end as soon as the exporter lets go of its delivery, at once when there is none, and has had one last
  /// chance to settle what it holds. What is not settled then is not acknowledged.
  void stop();
  /// Safe from any thread.
  PumpStats stats() const;

 private:
  using Records = std::vector<stream::Record>;
  using Failure = std::optional<std::string>;  ///< what kept an attempt from going through

  std::function<void()> waking();
  net::Task<> wait_for_records();
  net::Task<> let_others_in();
  net::Task<bool> deliver(Records batch);
  net::Task<bool> settle();
  net::Task<> settle_until_accepted();
  net::Task<> back_off();
  Records sort_out(Records batch, std::vector<Outcome> outcomes, std::vector<Rejection>& rejected, Failure& failure);
  void bury(std::vector<Rejection>& rejected, Failure& failure);
  void log_rejected(std::span<const Rejection> rejected) const;
  void note(Failure failure);
  void note_failing(std::string_view said);
  bool is_news(const std::string& why);
  void note_working();
  void show();

  Exporter& exporter_;
  net::Loop& loop_;
  PumpOptions options_;
  OnRejected on_rejected_;
  BackOff back_off_;
  std::shared_ptr<net::Event> wake_;  ///< watched by callbacks that may come late
  std::unique_ptr<stream::Cursor> cursor_;
  PumpStats stats_;
  std::deque<std::string> logged_;  ///< the last reasons of the failure that lasts
  bool is_back_ = false;            ///< the destination, since the last attempt began
  bool stopping_ = false;

  mutable std::mutex mutex_;  ///< over what other threads see
  PumpStats shown_;
};

}  // namespace m2c2::exporters
