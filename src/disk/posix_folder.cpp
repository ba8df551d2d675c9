// Folder and File by POSIX calls.
// SPDX-License-Identifier: Apache-2.0
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>

#include "disk/append_file.hpp"
#include "disk/descriptor.hpp"
#include "disk/folder.hpp"

namespace m2c2::disk {
namespace {

namespace fs = std::filesystem;

class PosixFile final : public File {
 public:
  PosixFile(fs::path path, Descriptor descriptor) : path_{std::move(path)}, descriptor_{std::move(descriptor)} {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t n = ::pread(fd(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail_errno("read", path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Result<> write(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail_errno("write", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Result<> sync() override {
    if (::fdatasync(fd()) != 0) return fail_errno("sync", path_);
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    if (::ftruncate(fd(), static_cast<off_t>(size)) != 0) return fail_errno("cut off the end of", path_);
    return {};
  }

  Result<std::uint64_t> size() const override {
    struct stat status{};
    if (::fstat(fd(), &status) != 0) return fail_errno("tell the size of", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  int fd() const { return descriptor_.get(); }

  fs::path path_;
  Descriptor descriptor_;
};

class PosixFolder final : public Folder {
 public:
  PosixFolder(fs::path path, Descriptor descriptor) : path_{std::move(path)}, descriptor_{std::move(descriptor)} {}

  Result<std::vector<std::string>> list() const override {
    std::vector<std::string> names;
    std::error_code code;
    for (fs::directory_iterator entry{path_, code}, end; !code && entry != end; entry.increment(code))
      if (entry->is_regular_file(code)) names.push_back(entry->path().filename().string());
    if (code) return fail(code, fmt::format("cannot list {}: {}", path_.string(), code.message()));
    std::ranges::sort(names);
    return names;
  }

  Result<std::unique_ptr<File>> create(std::string_view name) override {
    return file("create", name, O_RDWR | O_CREAT | O_EXCL);
  }
  Result<std::unique_ptr<File>> open(std::string_view name) override { return file("open", name, O_RDWR); }
  Result<std::unique_ptr<File>> open_to_read(std::string_view name) const override {
    return file("open", name, O_RDONLY);
  }

  Result<> remove(std::string_view name) override {
    const fs::path path = path_ / name;
    if (::unlink(path.c_str()) != 0) return fail_errno("remove", path);
    return {};
  }

  Result<> sync() override {
    if (::fsync(descriptor_.get()) != 0) return fail_errno("sync the folder", path_);
    return {};
  }

  Result<> lock() override {
    if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK) return fail_errno("lock", path_);
    return fail(std::make_error_code(std::errc::resource_unavailable_try_again),
                fmt::format("{} is in use by another process; stop that one, or give this one a folder of its own",
                            path_.string()));
  }

  std::string name() const override { return path_.string(); }

 private:
  Result<std::unique_ptr<File>> file(std::string_view what, std::string_view name, int flags) const {
    fs::path path = path_ / name;
    Descriptor descriptor{path, flags | O_NONBLOCK};  // or a pipe of that name would hold it up for ever
    if (!descriptor) return fail_errno(what, path);
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) return fail_errno(what, path);
    if (!S_ISREG(status.st_mode))
      return fail(std::make_error_code(std::errc::not_supported),
                  fmt::format("cannot {} {}: it is no regular file; move it elsewhere", what, path.string()));
    return std::make_unique<PosixFile>(std::move(path), std::move(descriptor));
  }

  fs::path path_;
  Descriptor descriptor_;
};

}  // namespace

Result<std::unique_ptr<Folder>> open_folder(const fs::path& path) {
  Descriptor descriptor{path, O_RDONLY | O_DIRECTORY};
  if (!descriptor) return fail_errno("open the folder", path);
  return std::make_unique<PosixFolder>(path, std::move(descriptor));
}

Result<std::unique_ptr<Folder>> make_folder(const fs::path& path) {
  if (auto made = make_folders(path); !made) return std::unexpected{std::move(made.error())};
  return open_folder(path);
}

}  // namespace m2c2::disk
