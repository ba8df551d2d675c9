// The Kinesis exporter: what goes into the stream, as records of a data stream, the partition key its alias.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "aws/client.hpp"
#include "exporters/exporter.hpp"
#include "exporters/kinesis/pieces.hpp"

namespace m2c2::exporters {

struct KinesisOptions {
  std::string name = "kinesis";
  std::string stream_name = "m2c2-stream";                ///< the guide's "existing data stream"
  std::size_t record_size = std::size_t{256} * 1024;      ///< messages of one alias are joined up to it
  Duration flush_interval = std::chrono::seconds{1};      ///< from the first message collected to its sending
  std::size_t flush_size = std::size_t{2} * 1024 * 1024;  ///< collected, that is sent at once
};

/// Collects for a moment and joins, since Kinesis bills in units of 25 KB and Firehose in units of 5.
///
/// Order: of each key one record is under way, and the next goes when that one is in. Only what was refused is sent
/// again. A request whose answer was lost is sent again too, so a message may come twice, with the same `_id_`.
class KinesisExporter final : public Exporter {
 public:
  /// The loop outlives the exporter.
  KinesisExporter(std::unique_ptr<aws::Client>, net::Loop&, KinesisOptions);

  std::string_view name() const override { return options_.name; }
  stream::Destination destination() const override { return stream::Destination::stream; }
  net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record> records) override;
  SteadyTime settle_due() const override;
  net::Task<Outcome> settle() override;
  std::uint64_t resent() const override { return resent_; }
  void stop() override;

 private:
  Outcome take(const stream::Record&);
  net::Task<Outcome> send_next();
  std::string sort_out(std::span<const Sent> sent, std::span<const std::string> errors);
  net::Task<> pause();

  std::unique_ptr<aws::Client> client_;
  net::Loop& loop_;
  KinesisOptions options_;
  Pieces pieces_;
  SteadyTime begun_{};
  std::size_t portion_;  ///< bytes of a request: what the shards took last, and more while they take all
  BackOff back_off_;
  std::unique_ptr<net::Alarm> alarm_;
  std::uint64_t resent_ = 0;
  bool stopped_ = false;
};

}  // namespace m2c2::exporters
