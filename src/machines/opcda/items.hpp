// What a job reads: its items as tags, and the calls that read them, whose arguments are written once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/sample.hpp"

namespace m2c2::machines {

/// One read() call.
struct OpcdaCall {
  std::vector<std::size_t> tags;
  std::string arguments;          ///< serpent: "(['Random.Int2','Random.Int4'],)"
  std::vector<std::size_t> ends;  ///< of the items in it

  /// The nth item as it stands in the arguments, and most often in the nth row of the answer: "'Random.Int2'".
  std::string_view item(std::size_t n) const {
    const std::size_t begin = n == 0 ? std::string_view{"(["}.size() : ends[n - 1] + 1;
    return std::string_view{arguments}.substr(begin, ends[n] - begin);
  }
};

class OpcdaItems {
 public:
  static constexpr std::size_t kMostInACall = 500;
  static constexpr std::size_t kMostTags = 100'000;  ///< as of a job's own

  /// The items of each attribute from now on. One that cannot be a tag is left out, with a fault.
  void set(const std::vector<std::vector<std::string>>& attributes);
  /// Reads this item in no call any more.
  void set_aside(std::size_t tag);
  /// Reads all that were set aside again.
  void take_back();

  const std::vector<std::string>& tags() const { return tags_; }  ///< all that there ever were
  /// That of an item that is read now; tags().size() for any other.
  std::size_t tag_of(std::string_view item) const;
  std::size_t size() const { return current_.size(); }
  const std::vector<std::size_t>& again() const { return again_; }  ///< a tag for each mention after its first
  const std::set<std::size_t>& aside() const { return aside_; }
  const std::vector<telemetry::Fault>& faults() const { return faults_; }
  /// Of all items that are not set aside.
  const std::vector<OpcdaCall>& calls();
  OpcdaCall call(std::span<const std::size_t> tags) const;

 private:
  void add(const std::string& item);
  bool may_be_a_tag(const std::string& item);

  std::vector<std::string> tags_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::size_t> current_;
  std::vector<bool> is_current_;
  std::vector<std::size_t> again_;
  std::set<std::size_t> aside_;
  std::vector<telemetry::Fault> faults_;
  std::vector<OpcdaCall> calls_;
  bool changed_ = true;  ///< since calls_ was made
};

std::string opcda_subject(std::string_view item);  ///< see telemetry::Fault: "OPC item Random.Int2"

}  // namespace m2c2::machines
