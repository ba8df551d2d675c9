// One exporter at work, on a loop and a thread of its own: a destination that is slow, or a disk that hangs, holds up
// no other. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "exporters/dead_letters.hpp"
#include "exporters/exporter.hpp"
#include "exporters/pump.hpp"
#include "gateway/status.hpp"
#include "net/loop.hpp"
#include "stream/stream.hpp"

namespace m2c2::app {

class DeliveryLine {
 public:
  using MakeExporter = std::function<std::unique_ptr<exporters::Exporter>(net::EventLoop&)>;

  /// Opens the exporter's cursor. What the destination will never take goes into `dead_letters`.
  DeliveryLine(stream::Stream&, const MakeExporter&, const std::filesystem::path& dead_letters);
  /// Ends the thread; stop() came before.
  ~DeliveryLine();
  DeliveryLine(const DeliveryLine&) = delete;
  DeliveryLine& operator=(const DeliveryLine&) = delete;

  void start();
  /// Lets the exporter end soon; await_stop() returns when it has. Its loop still runs what others post.
  void stop();
  void await_stop();

  gateway::ExporterStatus status() const;  ///< safe from any thread

 private:
  net::Task<> run();

  net::EventLoop loop_;
  std::unique_ptr<exporters::Exporter> exporter_;
  exporters::DeadLetters dead_letters_;
  exporters::Pump pump_;
  std::promise<void> stopped_;
  std::thread thread_;
};

}  // namespace m2c2::app
