// The seam to the disk for what lives in many files: what is synced here is there after a power cut, the rest may be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace m2c2::disk {

/// The code of every Error is the errno, in std::generic_category. Reads may run beside writes; all else is for one
/// thread.
class File {
 public:
  virtual ~File() = default;
  /// How many bytes it gave: fewer than asked for only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const = 0;
  /// All of them; on an error any part of them may have been written.
  virtual Result<> write(std::uint64_t offset, ByteView bytes) = 0;
  /// On return, what was written and the size survive a power cut. After an error nothing tells which part of what was
  /// written since the last sync is there, and a second sync does not bring it back.
  virtual Result<> sync() = 0;
  virtual Result<> truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() const = 0;
};

class Folder {
 public:
  virtual ~Folder() = default;
  /// The names of its files, in order.
  virtual Result<std::vector<std::string>> list() const = 0;
  /// A new file; one of that name must not be there.
  virtual Result<std::unique_ptr<File>> create(std::string_view name) = 0;
  /// Never waits: what is no regular file is std::errc::not_supported, a folder may be std::errc::is_a_directory.
  virtual Result<std::unique_ptr<File>> open(std::string_view name) = 0;
  virtual Result<std::unique_ptr<File>> open_to_read(std::string_view name) const = 0;
  /// An open file can be read on.
  virtual Result<> remove(std::string_view name) = 0;
  /// On return, what was created and removed survives a power cut.
  virtual Result<> sync() = 0;
  /// For this object alone, until it dies, among all programs that lock; readers need no lock.
  virtual Result<> lock() = 0;
  /// What to call it in messages.
  virtual std::string name() const = 0;
};

/// The folder there, which is made, with its parents, when it is not.
Result<std::unique_ptr<Folder>> make_folder(const std::filesystem::path&);
/// The folder that is there.
Result<std::unique_ptr<Folder>> open_folder(const std::filesystem::path&);

}  // namespace m2c2::disk
