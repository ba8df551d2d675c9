// A look into a stream's folder, also while a gateway writes there. Takes no lock and writes nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "disk/folder.hpp"
#include "stream/record.hpp"
#include "stream/segment.hpp"

namespace m2c2::stream {

struct SegmentView {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t first = 0;               ///< number of its first record
  std::optional<std::uint64_t> records;  ///< whole ones, as far as the next segment or reading this one tells
  std::string damage;                    ///< what is wrong with it; empty when nothing was found
};

/// As a restart would find it: what it holds and has not acknowledged is in the lag, or lost where it was overwritten.
struct CursorView {
  std::string exporter;
  Destination destination = Destination::topic;
  std::uint64_t number = 0;  ///< of the next record
  std::uint64_t lag_records = 0;
  std::uint64_t lag_bytes = 0;
  std::uint64_t lost_records = 0;
  std::string damage;
};

struct StreamView {
  std::string id;  ///< empty where there is no stream
  std::vector<SegmentView> segments;
  std::vector<CursorView> cursors;
  std::uint64_t end = 0;  ///< the number that the next record gets
};

/// Reads the last segment, and of the others the headers. What is damaged is in the view; an Error is a folder that
/// cannot be read at all, or a newer m2c2's.
Result<StreamView> inspect(const disk::Folder&);

/// What read_records() hands out: a record, or what is in its place.
struct Finding {
  std::uint64_t number = 0;
  std::optional<Record> record;
  std::string damage;
};
/// The records from that number on, in order, until `take` says false or there are no more.
Result<> read_records(const disk::Folder&, std::uint64_t from, const std::function<bool(Finding)>& take);

}  // namespace m2c2::stream
