// Files of lines that only grow, and folders that are there after a power cut.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace m2c2::disk {

/// Appends `lines`, whole lines each with its '\n', to the file, which is made when it is not there: all of them are on
/// the disk for good, or none is in the file. A line that a crash has torn is cut off first. Gives the file's size.
Result<std::uint64_t> append_lines(const std::filesystem::path&, std::string_view lines);

/// Makes `root` and the folders of `below` in it, as far as they are not there. All of them survive a power cut, also
/// those that a crash left without a sync.
Result<> make_folders(const std::filesystem::path& root, const std::filesystem::path& below = {});

}  // namespace m2c2::disk
