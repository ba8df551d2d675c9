// An exporter, its pump and its dead letters on one thread.
// SPDX-License-Identifier: Apache-2.0
#include "app/delivery_line.hpp"

#include <string>

namespace m2c2::app {

DeliveryLine::DeliveryLine(stream::Stream& stream, const MakeExporter& make, const std::filesystem::path& dead_letters)
    : exporter_{make(loop_)},
      dead_letters_{{.folder = dead_letters}, std::string{exporter_->name()}, loop_},
      pump_{stream, *exporter_, loop_, {}, [this](std::span<const exporters::Rejection> rejected) {
              return dead_letters_.append(rejected);
            }} {}

void DeliveryLine::start() {
  loop_.spawn(run());
  thread_ = std::thread{[this] { loop_.run(); }};
}

net::Task<> DeliveryLine::run() {
  co_await pump_.run();
  stopped_.set_value();
}

void DeliveryLine::stop() {
  loop_.post([this] { pump_.stop(); });
}

void DeliveryLine::await_stop() { stopped_.get_future().wait(); }

DeliveryLine::~DeliveryLine() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

gateway::ExporterStatus DeliveryLine::status() const { return {std::string{exporter_->name()}, pump_.stats()}; }

}  // namespace m2c2::app
