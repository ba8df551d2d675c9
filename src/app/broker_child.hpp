// A mosquitto of our own on loopback, for a machine that has no broker yet.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "base/result.hpp"

namespace m2c2::app {

/// Runs mosquitto as a child that dies with us, and starts it again should it end by itself.
class BrokerChild {
 public:
  /// Listens on 127.0.0.1:`port`, or the next free port; keeps its configuration and state in `folder`.
  static Result<std::unique_ptr<BrokerChild>> start(const std::filesystem::path& folder, std::uint16_t port);
  ~BrokerChild();
  BrokerChild(const BrokerChild&) = delete;
  BrokerChild& operator=(const BrokerChild&) = delete;

  std::string url() const;

 private:
  BrokerChild(std::string program, std::filesystem::path config, std::uint16_t port);
  void supervise();

  std::string program_;
  std::filesystem::path config_;
  std::uint16_t port_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> child_ = 0;
  std::thread supervisor_;
};

}  // namespace m2c2::app
