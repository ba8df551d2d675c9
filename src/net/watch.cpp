// Watching a descriptor of somebody else's.
// SPDX-License-Identifier: Apache-2.0
#include "net/watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include "net/event_loop.hpp"

namespace m2c2::net {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

class DescriptorWatch final : public Watch {
 public:
  DescriptorWatch(asio::io_context& io, int descriptor) : descriptor_{io, descriptor} {}
  ~DescriptorWatch() override { descriptor_.release(); }

  void when_readable(std::function<void()> then) override { wait(stream_descriptor::wait_read, std::move(then)); }
  void when_writable(std::function<void()> then) override { wait(stream_descriptor::wait_write, std::move(then)); }

 private:
  void wait(stream_descriptor::wait_type what, std::function<void()> then) {
    descriptor_.async_wait(what, [then = std::move(then)](const boost::system::error_code& cancelled) {
      if (!cancelled) then();
    });
  }

  stream_descriptor descriptor_;
};

}  // namespace

std::unique_ptr<Watch> watch_descriptor(EventLoop& loop, int descriptor) {
  return std::make_unique<DescriptorWatch>(loop.impl().io, descriptor);
}

}  // namespace m2c2::net
