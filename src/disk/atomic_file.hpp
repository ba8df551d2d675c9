// Whole files that are there entirely or not at all, whatever the power does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace m2c2::disk {

/// Replaces the file: written aside, synced, renamed, the folder synced. On an error the old file stands.
Result<> write_whole_file(const std::filesystem::path&, std::string_view content);
/// At most `most_bytes`; a larger file is an error.
Result<std::string> read_whole_file(const std::filesystem::path&, std::size_t most_bytes);
/// Removes the file and syncs the folder; one that is not there is no error.
Result<> remove_file(const std::filesystem::path&);

}  // namespace m2c2::disk
