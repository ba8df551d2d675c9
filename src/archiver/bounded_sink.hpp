// A sink whose writes have a limit of time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "exporters/archive/object_sink.hpp"
#include "net/loop.hpp"

namespace m2c2::archiver {

using MakeSink = std::function<std::unique_ptr<exporters::ObjectSink>()>;

/// What takes too long, in however many requests, is ended together with the sink, for good; the next write has a new
/// one. One write at a time.
class BoundedSink final : public exporters::ObjectSink {
 public:
  /// The loop outlives it.
  BoundedSink(MakeSink make_sink, net::Loop& loop, Duration most)
      : make_sink_{std::move(make_sink)}, loop_{loop}, most_{most}, sink_{make_sink_()} {}

  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override;
  void stop() override { sink_->stop(); }

 private:
  MakeSink make_sink_;
  net::Loop& loop_;
  Duration most_;
  std::unique_ptr<exporters::ObjectSink> sink_;
};

}  // namespace m2c2::archiver
