// A watchdog beside each write.
// SPDX-License-Identifier: Apache-2.0
#include "archiver/bounded_sink.hpp"

#include <fmt/format.h>

#include <utility>

namespace m2c2::archiver {
namespace {

/// One write, which its watchdog may outlive.
struct Write {
  explicit Write(net::Loop& loop) : ended{loop} {}
  net::Event ended;
  bool is_over = false;
  bool was_ended = false;  ///< since it took too long
};

net::Task<> watch(std::shared_ptr<Write> write, exporters::ObjectSink& sink, SteadyTime deadline) {
  if (co_await write->ended.wait_until(deadline) || write->is_over) co_return;
  write->was_ended = true;
  sink.stop();
}

}  // namespace

net::Task<Result<>> BoundedSink::put(std::string_view key, std::string_view bytes) {
  const auto write = std::make_shared<Write>(loop_);
  loop_.spawn(watch(write, *sink_, loop_.steady() + most_));
  auto done = co_await sink_->put(key, bytes);
  write->is_over = true;
  write->ended.set();
  if (!write->was_ended) co_return done;
  sink_ = make_sink_();
  if (done) co_return done;
  const auto seconds = std::chrono::duration<double>(most_).count();
  co_return fail(
      std::make_error_code(std::errc::timed_out),
      fmt::format("an object is not written within {:.3g} s, a third of session.timeout.ms: raise it, or let "
                  "--flush-size make smaller objects",
                  seconds));
}

}  // namespace m2c2::archiver
