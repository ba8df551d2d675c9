// The global labels of a PLC that are open to external devices.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "protocols/slmp/command.hpp"
#include "sims/plc/area.hpp"

namespace m2c2::sim {

struct Label {
  slmp::LabelType type;
  slmp::DataType data;     ///< of one element
  std::size_t elements;    ///< of an array; 0: not an array
  std::size_t cells_each;  ///< one for a bit, otherwise words
  Area area;
};

/// A label and one of its elements, as a name says it: "LabelW", "Typ1.led[2]".
struct LabelPlace {
  Label* label;
  std::size_t element;
  bool indexed;
};

class Labels {
 public:
  /// The labels of the guide's sample jobs, and one of each other data type.
  Labels();
  /// Nothing when there is no such label or element.
  std::optional<LabelPlace> find(std::string_view name);

 private:
  void add(std::string name, slmp::LabelType, slmp::DataType, std::size_t elements, std::size_t words_each);

  std::map<std::string, Label, std::less<>> labels_;
};

/// The name with each component "%1", "%2", … replaced by the abbreviation of that number; a number that is none of
/// them stays.
std::string expand(std::string_view name, std::span<const std::string> abbreviations);

}  // namespace m2c2::sim
