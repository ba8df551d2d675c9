// Objects as files: folders made and synced, then the file whole.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/folder_sink.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "disk/append_file.hpp"
#include "disk/atomic_file.hpp"

namespace m2c2::exporters {
namespace {

std::string_view remedy_for(std::error_code error) {
  if (error == std::errc::no_space_on_device || error.value() == EDQUOT) return "make room on its disk";
  if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted)
    return "let the user that m2c2 runs as write there";
  if (error == std::errc::read_only_file_system) return "mount its disk for writing";
  return "look after its disk";
}

}  // namespace

net::Task<Result<>> FolderSink::put(std::string_view key, std::string_view bytes) {
  auto written = write(key, bytes);
  if (!written) {
    made_.clear();  // someone may have removed it
    written.error().text = fmt::format("{}; {}, or give the archive another path than {}", written.error().text,
                                       remedy_for(written.error().code), root_.string());
  }
  co_return written;
}

Result<> FolderSink::write(const std::filesystem::path& key, std::string_view bytes) {
  const std::filesystem::path folder = key.parent_path();
  if (folder != made_ || folder.empty()) {
    if (auto made = disk::make_folders(root_, folder); !made) return made;
    made_ = folder;
  }
  return disk::write_whole_file(root_ / key, bytes);
}

}  // namespace m2c2::exporters
