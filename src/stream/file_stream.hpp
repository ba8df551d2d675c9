// The stream on the disk: what is stored survives a restart and a power cut.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "base/time.hpp"
#include "disk/folder.hpp"
#include "stream/stream.hpp"

namespace m2c2::stream {

struct FileStreamOptions {
  std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< on the disk
  OnFull on_full = OnFull::overwrite_oldest;
  std::uint64_t segment_bytes = 0;  ///< of one file; 0: an eighth of max_bytes, from 64 KiB to 16 MiB
  std::size_t queue_bytes = std::size_t{16} * 1024 * 1024;  ///< at most this waits in memory for the disk
  Duration linger = std::chrono::milliseconds{20};          ///< how long a record waits for others to be stored with
  Duration patience = std::chrono::seconds{10};             ///< with a write, until it is told that it takes so long
  Duration retry = std::chrono::seconds{1};  ///< how long after the disk took or gave nothing it is tried again
};

/// Records in segment files, and a file with the place of each cursor; see docs/formats/stream.md. append() never waits
/// for the disk: a thread of the stream's own writes, and what is stored becomes visible to the cursors. A cursor that
/// dies keeps its place, and holds what is before it; one that is not opened again before the first append is
/// forgotten. open_cursor() throws std::invalid_argument also for a name with other characters than a to z, 0 to 9 and
/// -. An error when the folder is in use by another process, cannot be read, or was written by a newer m2c2.
Result<std::unique_ptr<Stream>> make_file_stream(std::unique_ptr<disk::Folder>, FileStreamOptions = {});

}  // namespace m2c2::stream
