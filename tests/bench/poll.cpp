// CPU of one SLMP poll: our connector beside a bare blocking-socket client, against the same PLC, in turns in one run.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <numeric>

#include "machines/slmp/connector.hpp"
#include "protocols/slmp/command.hpp"

namespace m2c2 {
namespace {

struct Setting {
  std::string host = "127.0.0.1";
  std::uint16_t port = 5007;
  std::uint16_t points = 960;
  std::size_t polls = 5000;
  int rounds = 7;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Sends the request, reads the answer with as few calls as there are pieces, decodes the words: no more can be left
/// out.
class BareClient {
 public:
  explicit BareClient(const Setting& setting) : points_{setting.points}, socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(setting.port);
    ::inet_pton(AF_INET, setting.host.c_str(), &address.sin_addr);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"no PLC listens there"};
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Bytes data;
    slmp::encode_data(data, slmp::Code::binary,
                      slmp::DeviceRead{.subcommand = 0, .head = {0xA8, 0}, .points = points_});
    slmp::Request request;
    request.command = 0x0401;
    request.data = data;
    slmp::encode(request_, {slmp::FrameType::e3, slmp::Code::binary}, request);
    words_.resize(points_);
  }
  ~BareClient() { ::close(socket_); }
  BareClient(const BareClient&) = delete;
  BareClient& operator=(const BareClient&) = delete;

  void poll() {
    if (::send(socket_, request_.data(), request_.size(), 0) < 0) throw std::runtime_error{"send failed"};
    constexpr std::size_t kHeader = 11;
    const std::size_t wanted = kHeader + 2 * std::size_t{points_};
    for (std::size_t got = 0; got < wanted;) {
      const ssize_t n = ::recv(socket_, buffer_.data() + got, buffer_.size() - got, 0);
      if (n <= 0) throw std::runtime_error{"the PLC closed the connection"};
      got += static_cast<std::size_t>(n);
    }
    ByteReader words{ByteView{buffer_}.subspan(kHeader, 2 * std::size_t{points_})};
    for (auto& word : words_) word = words.u16le();
  }

 private:
  std::uint16_t points_;
  int socket_;
  Bytes request_;
  Bytes buffer_ = Bytes(16 * 1024);
  std::vector<std::uint16_t> words_;
};

job::SlmpJob job_of(const Setting& setting) {
  job::SlmpJob job;
  job.connectivity.host = setting.host;
  job.connectivity.port = setting.port;
  job.connectivity.format = {slmp::FrameType::e3, slmp::Code::binary};
  job.attributes.emplace_back(
      job::DeviceRead{"words", std::nullopt, {.subcommand = 0, .head = {0xA8, 0}, .points = setting.points}});
  return job;
}

/// CPU seconds a poll; the values come out as JSON text, as every poll of a job needs them.
double measure_ours(const Setting& setting) {
  net::EventLoop loop;
  const auto connector = machines::make_slmp_connector(loop, job_of(setting));
  double cpu = 0;
  const auto session = [&]() -> net::Task<> {
    if (const auto opened = co_await connector->open(); !opened) throw std::runtime_error{opened.error().text};
    const double begin = cpu_seconds();
    for (std::size_t i = 0; i < setting.polls; ++i) {
      const auto samples = co_await connector->read();
      if (!samples || samples->values.size() != 1) throw std::runtime_error{"a poll failed"};
    }
    cpu = cpu_seconds() - begin;
    loop.stop();
  };
  loop.spawn(session());
  loop.run();
  return cpu / static_cast<double>(setting.polls);
}

double measure_bare(const Setting& setting) {
  BareClient client{setting};
  const double begin = cpu_seconds();
  for (std::size_t i = 0; i < setting.polls; ++i) client.poll();
  return (cpu_seconds() - begin) / static_cast<double>(setting.polls);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void run(const Setting& setting) {
  std::vector<double> ours, bare, ratios;
  for (int round = 0; round < setting.rounds; ++round) {
    bare.push_back(measure_bare(setting));
    ours.push_back(measure_ours(setting));
    ratios.push_back(ours.back() / bare.back());
  }
  std::cout << fmt::format("{{\"points\": {}, \"bare_us\": {:.2f}, \"ours_us\": {:.2f}, \"ratio\": {:.2f}}}\n",
                           setting.points, 1e6 * median(bare), 1e6 * median(ours), median(ratios));
}

}  // namespace
}  // namespace m2c2

int main(int argc, char** argv) {
  CLI::App app{"CPU of one SLMP poll beside a bare blocking-socket client"};
  m2c2::Setting setting;
  app.add_option("--port", setting.port, "of a PLC on loopback, e.g. m2c2-sim-plc")->required();
  app.add_option("--points", setting.points, "words a poll")->capture_default_str();
  app.add_option("--polls", setting.polls, "a round")->capture_default_str();
  app.add_option("--rounds", setting.rounds, "of each, in turns; the median counts")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    m2c2::run(setting);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
