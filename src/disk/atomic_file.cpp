// Files by POSIX calls, since durability is decided there.
// SPDX-License-Identifier: Apache-2.0
#include "disk/atomic_file.hpp"

#include "disk/descriptor.hpp"

namespace m2c2::disk {
namespace {

namespace fs = std::filesystem;

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Result<> sync_folder_of(const fs::path& file) {
  return sync_folder(file.has_parent_path() ? file.parent_path() : fs::path{"."});
}

Result<> write_aside(const fs::path& aside, std::string_view content) {
  const Descriptor file{aside, O_WRONLY | O_CREAT | O_TRUNC};
  if (!file) return fail_errno("create", aside);
  if (!write_all(file.get(), content)) return fail_errno("write", aside);
  if (::fdatasync(file.get()) != 0) return fail_errno("sync", aside);
  return {};
}

}  // namespace

Result<> write_whole_file(const fs::path& path, std::string_view content) {
  fs::path aside = path;
  aside += ".tmp";
  if (auto written = write_aside(aside, content); !written) {
    ::unlink(aside.c_str());
    return written;
  }
  if (::rename(aside.c_str(), path.c_str()) != 0) return fail_errno("rename onto", path);
  return sync_folder_of(path);
}

Result<std::string> read_whole_file(const fs::path& path, std::size_t most_bytes) {
  const Descriptor file{path, O_RDONLY};
  if (!file) return fail_errno("open", path);
  std::string content;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("read", path);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > most_bytes)
      return fail(std::make_error_code(std::errc::file_too_large),
                  fmt::format("{} is larger than {} bytes", path.string(), most_bytes));
  }
}

Result<> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno("remove", path);
  }
  return sync_folder_of(path);
}

}  // namespace m2c2::disk
