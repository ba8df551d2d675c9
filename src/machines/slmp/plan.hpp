// What a job asks of its PLC: requests within the PLC's limits, encoded once, and what the answer to each one holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "job/slmp.hpp"
#include "protocols/slmp/command.hpp"

namespace m2c2::machines {

/// Whose a value in an answer is.
struct SlmpField {
  std::size_t tag = 0;                 ///< index into SlmpPlan::tags
  std::optional<slmp::DataType> type;  ///< unset: bit units are booleans, a label tells its type itself
};

/// One frame to send. Only its serial number changes from poll to poll.
struct SlmpRequest {
  Bytes frame;
  std::size_t points = 0;  ///< words, bits, devices or labels that it asks for
  std::size_t size = 0;    ///< what it takes of SlmpCommand::limit: the points, of labels the bytes
};

/// What the data of an answer are: 0401 in words or bits, 0403, 041C, 041A.
enum class SlmpAnswer { words, bits, random, labels, array_labels };

/// What is read, or fails, as one.
struct SlmpCommand {
  std::string subject;  ///< see telemetry::Fault
  SlmpAnswer answer = SlmpAnswer::words;
  std::vector<SlmpRequest> requests;  ///< a device_read over the limit has several, whose answers make one value
  std::vector<SlmpField> fields;      ///< in the order of the answer; of a device_read one
  std::size_t words = 0;              ///< of a random answer: so many fields are words, the rest double words
  std::size_t attribute = 0;          ///< of the job
  std::size_t slmp::Limits::* limit = nullptr;  ///< the one that its requests keep to
  std::size_t least = 1;                        ///< points of the smallest request that it may be split into
  bool given_up = false;                        ///< see SlmpAllowance
};

struct SlmpPlan {
  std::vector<std::string> tags;  ///< in the order of first mention, whatever the limits
  std::vector<SlmpCommand> commands;
};

/// What one attribute may ask for, as the PLC's refusals have taught.
struct SlmpAllowance {
  slmp::Limits limits;             ///< of one request
  std::set<std::size_t> given_up;  ///< tags that were refused even alone. Their number is not the reason: they are
                                   ///< asked for together, apart from the others, and in requests of the usual size
};

/// What goes over a limit is split. A split never parts the words of one element: the PLC could change it in between.
SlmpPlan make_plan(const job::SlmpJob&, const slmp::Limits&);
/// The same with an allowance for each attribute.
SlmpPlan plan_within(const job::SlmpJob&, const std::vector<SlmpAllowance>&);

/// Halves the limit that `refused` kept to until it no longer allows such a request. False when it cannot be split
/// further.
bool lower_limit(slmp::Limits&, const SlmpCommand&, const SlmpRequest& refused);

}  // namespace m2c2::machines
