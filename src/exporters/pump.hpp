// Moves records from the stream to one exporter: in order, again and again until each has its fate.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/back_off.hpp"
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
  std::uint64_t retries = 0;              ///< records given to the exporter once more
  std::uint64_t rejected = 0;             ///< records that the destination will never take
  std::optional<WallTime> failing_since;  ///< while records have to be retried
  std::string why;                        ///< of the last one that had to be
};

/// A batch is acknowledged once every record of it is accepted or rejected, and no later record overtakes it; within
/// it, what has to be retried is retried in its order. All calls on the loop; the stream, the exporter and the loop
/// outlive the pump, and the pump outlives run().
class Pump {
 public:
  using OnRejected = std::function<void(const stream::Record&, std::string_view why)>;

  Pump(stream::Stream&, Exporter&, net::Loop&, PumpOptions = {}, OnRejected = {});

  /// Moves records until stop(). Once.
  net::Task<> run();
  /// Lets run() end as soon as the exporter lets go of its delivery, at once when there is none. What is not settled
  /// then is not acknowledged.
  void stop();
  const PumpStats& stats() const { return stats_; }

 private:
  using Records = std::vector<stream::Record>;

  std::function<void()> waking();
  net::Task<> wait_for_records();
  net::Task<> let_others_in();
  net::Task<> settle(Records batch);
  net::Task<> back_off();
  Records sort_out(Records batch, std::vector<Outcome> outcomes);
  void reject(const stream::Record& record, std::string_view why, bool first_of_batch);
  void note_failing(std::string why);
  void note_working();

  Exporter& exporter_;
  net::Loop& loop_;
  PumpOptions options_;
  OnRejected on_rejected_;
  BackOff back_off_;
  std::shared_ptr<net::Event> wake_;  ///< watched by callbacks that may come late
  std::unique_ptr<stream::Cursor> cursor_;
  PumpStats stats_;
  bool is_back_ = false;  ///< the destination, since the last delivery began
  bool stopping_ = false;
};

}  // namespace m2c2::exporters
