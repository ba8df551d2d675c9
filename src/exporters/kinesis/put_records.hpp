// PutRecords: the request's JSON, and what the answer says of each record (Kinesis API reference).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "exporters/kinesis/pieces.hpp"

namespace m2c2::exporters {

constexpr std::size_t kMostRecords = 500;                         ///< of one request
constexpr std::size_t kMostRequestBytes = std::size_t{5} << 20;   ///< data and partition keys
constexpr std::size_t kMostKinesisRecord = std::size_t{1} << 20;  ///< data and partition key of one
constexpr std::size_t kMostPartitionKey = 256;

aws::Call put_records(std::string_view stream_name, std::span<const Sent> sent);

/// For each record the error that kept it out, in words; empty when it is in. Nothing when the answer is not one to
/// `count` records.
std::optional<std::vector<std::string>> errors_of_put_records(std::string_view answer, std::size_t count);

}  // namespace m2c2::exporters
