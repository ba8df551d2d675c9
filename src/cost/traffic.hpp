// What a job sends: how many messages of how many bytes, worked out from messages as the gateway would make them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/document.hpp"

namespace m2c2::cost {

/// A month as AWS counts it: 730 hours.
inline constexpr double kHoursAMonth = 730;
inline constexpr double kSecondsAMonth = kHoursAMonth * 3600;

/// What a job definition does not tell.
struct Assumptions {
  std::optional<std::size_t> value_bytes;  ///< of every value as JSON; unset: typical of each data-type
  std::map<std::string, std::size_t, std::less<>> tags_of_pattern;  ///< of a read_list
  std::size_t tags_a_pattern = 10;                                  ///< of one that is not in there
  double gzip_ratio =
      5;  ///< of text to what is stored: 4.6 of SLMP messages of one entry, 5.5 of ten, OPC DA twice that
};

/// Tags whose messages have the same lengths.
struct Look {
  std::size_t tags = 0;
  std::size_t guessed = 0;   ///< of these, assumed for patterns that nobody gave a number for
  std::size_t readings = 1;  ///< entries that one iteration makes
  std::size_t first = 0;     ///< bytes of a message of one entry
  std::size_t more = 0;      ///< bytes of each further entry
  std::size_t key = 0;       ///< bytes of the alias
};

/// A job to be counted.
struct Job {
  std::string file = {};
  std::string name = {};
  std::string group = {};  ///< its gateway: what joins messages and makes objects
  job::Version version = 1;
  job::Definition definition = {};
  job::Delivery delivery = {};
  std::size_t copies = 1;
  std::vector<Look> looks = {};  ///< looks_of() it
};

/// Tags that look alike: each sends such messages, so often.
struct Flow {
  double tags = 1;
  double a_second = 0;  ///< of each tag
  std::size_t payload = 0;
  std::size_t key = 0;  ///< bytes of its alias, the partition key
  bool operator==(const Flow&) const = default;
};

/// Of all copies of a job.
struct Traffic {
  std::size_t tags = 0;          ///< of one copy
  std::size_t guessed_tags = 0;  ///< see Look
  std::vector<Flow> flows;
  double messages_a_second() const;
  double bytes_a_second() const;
};

/// Makes two messages of each tag, so it is done once.
std::vector<Look> looks_of(const Job&, const Assumptions&);

Traffic traffic_of(const Job&);

/// Whether an address of a read_list may stand for several tags.
bool is_pattern(std::string_view address);

}  // namespace m2c2::cost
