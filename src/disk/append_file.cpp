// Lines and folders by POSIX calls, since durability is decided there.
// SPDX-License-Identifier: Apache-2.0
#include "disk/append_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <optional>

#include "disk/descriptor.hpp"

namespace m2c2::disk {
namespace {

namespace fs = std::filesystem;

/// Where the last whole line of `size` bytes ends; nothing when the file cannot be read.
std::optional<off_t> end_of_lines(int fd, off_t size) {
  std::array<char, 4096> buffer;
  while (size > 0) {
    const off_t begin = std::max<off_t>(size - off_t{buffer.size()}, 0);
    const ssize_t n = ::pread(fd, buffer.data(), static_cast<std::size_t>(size - begin), begin);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    const std::string_view text{buffer.data(), static_cast<std::size_t>(n)};
    if (const auto at = text.rfind('\n'); at != text.npos) return begin + static_cast<off_t>(at) + 1;
    size = begin;
  }
  return 0;
}

bool write_at(int fd, std::string_view content, off_t at) {
  while (!content.empty()) {
    const ssize_t n = ::pwrite(fd, content.data(), content.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
    at += n;
  }
  return true;
}

/// What is there of the lines goes again; the error stays that of the call that failed.
std::unexpected<Error> give_up(std::string_view what, const fs::path& path, int fd, off_t size) {
  auto error = fail_errno(what, path);
  if (::ftruncate(fd, size) != 0) error.error().text += ", and what is half written cannot be cut off";
  return error;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path{"."}; }

/// Durable as far as its parent is.
Result<> make_one(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno("make the folder", folder);
  return sync_folder(folder_of(folder));
}

/// A root that is there may stand in a folder that we cannot read, let alone sync.
Result<> make_root(const fs::path& root) {
  std::error_code ignored;
  const bool is_there = fs::exists(root, ignored);
  if (const fs::path above = folder_of(root); !is_there && above != root)
    if (auto made = make_root(above); !made) return made;
  auto made = make_one(root);
  return is_there ? Result<>{} : made;
}

}  // namespace

Result<std::uint64_t> append_lines(const fs::path& path, std::string_view lines) {
  const Descriptor file{path, O_RDWR | O_CREAT};
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return fail_errno("open", path);
  const auto end = end_of_lines(file.get(), status.st_size);
  if (!end) return fail_errno("read", path);
  if (*end < status.st_size && ::ftruncate(file.get(), *end) != 0) return fail_errno("cut a torn line off", path);
  if (!write_at(file.get(), lines, *end)) return give_up("write", path, file.get(), *end);
  if (::fdatasync(file.get()) != 0) return give_up("sync", path, file.get(), *end);
  if (*end == 0)
    if (auto synced = sync_folder(folder_of(path)); !synced) return std::unexpected{synced.error()};
  return static_cast<std::uint64_t>(*end) + lines.size();
}

Result<> make_folders(const fs::path& root, const fs::path& below) {
  auto made = make_root(root.lexically_normal());
  fs::path folder = root;
  for (auto name = below.begin(); made && name != below.end(); ++name) made = make_one(folder /= *name);
  return made;
}

}  // namespace m2c2::disk
