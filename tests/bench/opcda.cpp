// CPU and time of OPC DA reads through an OpenOPC gateway: of the connector, or of a bare blocking client, which is as
// little as a client can do. tests/bench/opcda_pyro4.py does the same in Python.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <stdexcept>

#include "machines/opcda/connector.hpp"
#include "machines/opcda/items.hpp"
#include "protocols/pyro/message.hpp"

namespace m2c2 {
namespace {

constexpr std::string_view kServer = "Matrikon.OPC.Simulation.1";

struct Setting {
  std::uint16_t port = 0;
  std::size_t tags = 100;
  std::size_t reads = 200;
  bool bare = false;
};

std::vector<std::string> items_of(const Setting& setting) {
  std::vector<std::string> items;
  for (std::size_t i = 1; i <= setting.tags; ++i) items.push_back(fmt::format("Bulk.Tag{:04}", i));
  return items;
}

/// Of many reads: what one costs, and whether they become slower.
class Figures {
 public:
  explicit Figures(std::size_t reads) { times_.reserve(reads); }

  void begin() { began_ = last_ = std::chrono::steady_clock::now(), cpu_ = thread_cpu_seconds(); }
  void one_more() {
    const auto now = std::chrono::steady_clock::now();
    times_.push_back(std::chrono::duration<double, std::micro>(now - std::exchange(last_, now)).count());
  }
  void print() const {
    const double reads = static_cast<double>(times_.size());
    const double cpu = 1e6 * (thread_cpu_seconds() - cpu_) / reads;
    const double time = std::chrono::duration<double, std::micro>(last_ - began_).count() / reads;
    const std::size_t edge = std::max<std::size_t>(1, times_.size() / 20);
    std::cout << fmt::format(R"({{"cpu_us": {:.1f}, "time_us": {:.1f}, "first_us": {:.1f}, "last_us": {:.1f}}})", cpu,
                             time, median({times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(edge)}),
                             median({times_.end() - static_cast<std::ptrdiff_t>(edge), times_.end()}))
              << '\n';
  }

 private:
  static double thread_cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  static double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
  }

  std::vector<double> times_;
  std::chrono::steady_clock::time_point began_, last_;
  double cpu_ = 0;
};

job::OpcdaJob job_of(const Setting& setting) {
  job::OpcdaJob job{.host = "127.0.0.1", .server = std::string{kServer}, .attributes = {}, .port = setting.port};
  job.attributes.emplace_back().addresses = items_of(setting);
  return job;
}

net::Task<> read(const Setting& setting, machines::Connector& connector, net::EventLoop& loop) {
  if (const auto opened = co_await connector.open(); !opened) throw std::runtime_error{opened.error().text};
  Figures figures{setting.reads};
  figures.begin();
  for (std::size_t i = 0; i < setting.reads; ++i) {
    const auto samples = co_await connector.read();
    if (!samples) throw std::runtime_error{samples.error().text};
    if (samples->values.size() != setting.tags || !samples->faults.empty()) throw std::runtime_error{"a read failed"};
    figures.one_more();
  }
  figures.print();
  co_await connector.leave();
  loop.stop();
}

void run_connector(const Setting& setting) {
  net::EventLoop loop;
  const auto connector = machines::make_opcda_connector(loop, job_of(setting));
  loop.spawn(read(setting, *connector, loop));
  loop.run();
}

/// Sends a request that was written once, and receives its answer with as few calls as there are pieces.
class BareClient {
 public:
  explicit BareClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"no gateway listens there"};
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Bytes request;
    pyro::encode_connect(request, pyro::Protocol::pyro4, 0, "opc");
    ask(request);
    ask(call({.object = "opc", .method = "create_client"}));
    const auto id = pyro::object_id(as_text(ByteView{answer_}.first(size_).subspan(size_ - data_size())));
    if (!id) throw std::runtime_error{"no session"};
    client_ = *id;
    ask(call({.object = client_, .method = "connect", .arguments = fmt::format("('{}',)", kServer)}));
  }
  ~BareClient() {
    ask(call({.object = client_, .method = "close"}));
    ::close(socket_);
  }
  BareClient(const BareClient&) = delete;
  BareClient& operator=(const BareClient&) = delete;

  Bytes read_of(const machines::OpcdaCall& items) {
    return call({.object = client_, .method = "read", .arguments = items.arguments, .keywords = "{'sync':True}"});
  }
  /// The same call with the next sequence number, by which the checksum grows as well.
  void repeat(Bytes& request) {
    ++sequence_;
    for (const std::size_t at : {10UL, 22UL})
      if (request[at + 1] = static_cast<std::byte>(std::to_integer<int>(request[at + 1]) + 1);
          request[at + 1] == std::byte{0})
        request[at] = static_cast<std::byte>(std::to_integer<int>(request[at]) + 1);
    ask(request);
  }
  void ask(const Bytes& request) {
    if (::send(socket_, request.data(), request.size(), 0) < 0) throw std::runtime_error{"send failed"};
    for (size_ = 0;;) {
      const ssize_t n = ::recv(socket_, answer_.data() + size_, answer_.size() - size_, 0);
      if (n <= 0) throw std::runtime_error{"the gateway closed the connection"};
      size_ += static_cast<std::size_t>(n);
      const auto wanted = pyro::frame_size(pyro::Protocol::pyro4, ByteView{answer_}.first(size_));
      if (!wanted) throw std::runtime_error{"no answer"};
      if (*wanted && **wanted == size_) return;
    }
  }

 private:
  Bytes call(const pyro::Call& what) {
    Bytes request;
    pyro::encode_call(request, pyro::Protocol::pyro4, ++sequence_, what);
    return request;
  }
  std::size_t data_size() const { return ByteReader{ByteView{answer_}.subspan(12)}.u32be(); }

  int socket_;
  std::uint16_t sequence_ = 0;
  std::string client_;
  Bytes answer_ = Bytes(1UL << 20);
  std::size_t size_ = 0;  ///< of the last answer
};

void run_bare(const Setting& setting) {
  machines::OpcdaItems items;
  items.set({items_of(setting)});
  std::vector<std::size_t> tags(setting.tags);
  for (std::size_t tag = 0; tag < tags.size(); ++tag) tags[tag] = tag;
  BareClient client{setting.port};
  Bytes request = client.read_of(items.call(tags));
  client.ask(request);
  Figures figures{setting.reads};
  figures.begin();
  for (std::size_t i = 0; i < setting.reads; ++i) {
    client.repeat(request);
    figures.one_more();
  }
  figures.print();
}

}  // namespace
}  // namespace m2c2

int main(int argc, char** argv) {
  CLI::App app{"CPU and time of OPC DA reads, sync, the session's renewals among them"};
  m2c2::Setting setting;
  app.add_option("--port", setting.port, "of an OpenOPC gateway on loopback, e.g. m2c2-sim-opcda --tags 1000")
      ->required();
  app.add_option("--tags", setting.tags, "a read")->capture_default_str();
  app.add_option("--reads", setting.reads, "in all")->capture_default_str();
  app.add_flag("--bare", setting.bare, "by a blocking client that does not look at what it reads");
  CLI11_PARSE(app, argc, argv);
  try {
    setting.bare ? m2c2::run_bare(setting) : m2c2::run_connector(setting);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
