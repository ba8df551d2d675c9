// The child process: forked and watched by one thread, since the system ends it with the thread that made it.
// SPDX-License-Identifier: Apache-2.0
#include "app/broker_child.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "disk/atomic_file.hpp"
#include "log/log.hpp"
#include "net/server.hpp"

namespace m2c2::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int kPortsToTry = 20;
constexpr auto kPatience = 2s;  // for it to save its state and end

Result<std::string> find_mosquitto() {
  for (const char* path :
       {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/bin/mosquitto"})
    if (::access(path, X_OK) == 0) return std::string{path};
  return fail(std::make_error_code(std::errc::no_such_file_or_directory),
              "mosquitto is not installed: install it (apt-get install mosquitto) or give a broker in [broker] url");
}

Result<std::uint16_t> free_port(std::uint16_t from) {
  net::EventLoop loop;
  for (int i = 0; i < kPortsToTry && from + i <= 65535; ++i) {
    const auto port = static_cast<std::uint16_t>(from + i);
    if (net::listen_tcp(loop, {"127.0.0.1", port}, [](std::unique_ptr<net::Transport>) {})) return port;
  }
  return fail(std::make_error_code(std::errc::address_in_use),
              fmt::format("no free port from {} to {} on 127.0.0.1: set [broker] port", from, from + kPortsToTry - 1));
}

std::string configuration(const fs::path& folder, std::uint16_t port) {
  std::string text = fmt::format(
      "listener {} 127.0.0.1\n"
      "allow_anonymous true\n"
      "persistence true\n"
      "persistence_location {}/\n"
      "autosave_interval 10\n"
      "set_tcp_nodelay true\n"  // else each acknowledgement may wait 40 ms for the next
      "max_queued_messages 100000\n"
      "max_inflight_messages 1000\n"
      "log_type error\n",
      port, folder.string());
  if (::geteuid() == 0) text += "user root\n";  // else it gives up the right to its own folder
  return text;
}

std::string end_of(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

[[noreturn]] void become(const std::string& program, const std::string& config, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // the parent was gone before the line above
  ::setpgid(0, 0);                        // Ctrl-C is for us: the broker goes last
  ::close_range(3, ~0U, 0);               // a machine's socket that it held would stay open when we close ours
  std::array<char*, 4> arguments{const_cast<char*>(program.c_str()), const_cast<char*>("-c"),
                                 const_cast<char*>(config.c_str()), nullptr};
  ::execv(program.c_str(), arguments.data());
  ::_exit(127);
}

}  // namespace

Result<std::unique_ptr<BrokerChild>> BrokerChild::start(const fs::path& folder, std::uint16_t port) {
  auto program = find_mosquitto();
  if (!program) return std::unexpected{program.error()};
  const auto chosen = free_port(port);
  if (!chosen) return std::unexpected{chosen.error()};
  if (*chosen != port)
    log::warning(
        fmt::format("port {} is taken; this broker listens on {}: give --broker mqtt://127.0.0.1:{} to m2c2 job "
                    "and m2c2 watch",
                    port, *chosen, *chosen));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(error, fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  const fs::path config = fs::absolute(folder) / "mosquitto.conf";
  const std::string text = configuration(fs::absolute(folder), *chosen);
  if (disk::read_whole_file(config, text.size()) != text)  // a full disk keeps nobody from starting again as before
    if (auto written = disk::write_whole_file(config, text); !written) return std::unexpected{written.error()};
  return std::unique_ptr<BrokerChild>{new BrokerChild{std::move(*program), config, *chosen}};
}

BrokerChild::BrokerChild(std::string program, fs::path config, std::uint16_t port)
    : program_{std::move(program)}, config_{std::move(config)}, port_{port}, supervisor_{[this] { supervise(); }} {}

BrokerChild::~BrokerChild() {
  stopping_ = true;
  if (const int child = child_; child > 0) ::kill(child, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (child_ > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
  if (const int child = child_; child > 0) ::kill(child, SIGKILL);
  supervisor_.join();
}

std::string BrokerChild::url() const { return fmt::format("mqtt://127.0.0.1:{}", port_); }

void BrokerChild::supervise() {
  const std::string config = config_.string();
  const pid_t parent = ::getpid();
  while (!stopping_) {
    const pid_t child = ::fork();
    if (child == 0) become(program_, config, parent);
    child_ = child;
    if (stopping_ && child > 0) ::kill(child, SIGTERM);
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    if (stopping_) return;
    log::error(fmt::format("mosquitto {}; starting it again", child < 0 ? "could not be started" : end_of(status)));
    std::this_thread::sleep_for(1s);
  }
}

}  // namespace m2c2::app
