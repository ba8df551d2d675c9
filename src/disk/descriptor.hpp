// What the POSIX files of this folder share: a descriptor that closes itself, and errno as an Error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace m2c2::disk {

/// Right after the call that failed.
inline std::unexpected<Error> fail_errno(std::string_view what, const std::filesystem::path& path) {
  const std::error_code code{errno, std::generic_category()};
  return fail(code, fmt::format("cannot {} {}: {}", what, path.string(), code.message()));
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : fd_{::open(path.c_str(), flags | O_CLOEXEC, 0644)} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

inline Result<> sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor{folder, O_RDONLY | O_DIRECTORY};
  if (!descriptor || ::fsync(descriptor.get()) != 0) return fail_errno("sync the folder", folder);
  return {};
}

}  // namespace m2c2::disk
