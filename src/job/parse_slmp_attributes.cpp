// attributes of an SLMP job: the four functions and their tags, devices in the wire's own notation.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "job/names.hpp"
#include "job/readers.hpp"
#include "job/tag_names.hpp"
#include "protocols/slmp/notation.hpp"

namespace m2c2::job {
namespace {

using slmp::DataType;

constexpr Text kTagName{"a name without / + # and control characters", fault_in_tag};
constexpr Text kDeviceCode{"the device code as in a frame, such as 'D*' in ASCII or 'A8' in binary"};
constexpr Text kHeadDevice{"the device number as in a frame, such as '000100' in ASCII or '640000' in binary"};
constexpr Text kNumberOfPoints{"the number of points as in a frame, such as '0002' in ASCII or '0200' in binary"};
constexpr Text kSubcommand{"the subcommand as in a frame, such as '0000'"};
constexpr Text kLabel{"the name of a global label", fault_in_foreign_name};
constexpr Text kAbbreviation{"a name that labels abbreviate as %1, %2 and so on", fault_in_foreign_name};
constexpr Integer kReadUnit{0, 1};
constexpr Integer kDataLength{1, 65535};

enum class Function { device_read, device_read_random, array_label_read, label_read_random };
constexpr Choice kFunctions{std::array{
                                Word{"device_read", Function::device_read},
                                Word{"device_read_random", Function::device_read_random},
                                Word{"array_label_read", Function::array_label_read},
                                Word{"label_read_random", Function::label_read_random},
                            },
                            "Unsupported protocol function."};

constexpr Choice kDataTypes{std::array{
    Word{"bit", DataType::bit},
    Word{"int16", DataType::int16},
    Word{"uint16", DataType::uint16},
    Word{"int32", DataType::int32},
    Word{"uint32", DataType::uint32},
    Word{"int64", DataType::int64},
    Word{"uint64", DataType::uint64},
    Word{"float32", DataType::float32},
    Word{"float64", DataType::float64},
    Word{"string", DataType::string},
}};

/// Subcommands of each function, as the manual writes them.
constexpr std::array<std::uint16_t, 4> kDeviceReadSubcommands{0x0000, 0x0001, 0x0002, 0x0003};
constexpr std::array<std::uint16_t, 2> kRandomSubcommands{0x0000, 0x0002};
constexpr std::array<std::uint16_t, 1> kLabelSubcommands{0x0000};

class AttributeReader {
 public:
  explicit AttributeReader(std::optional<slmp::Code> code) : code_{code} {}

  std::optional<SlmpAttribute> read(const Field&);

 private:
  SlmpAttribute read(Function, const Object& list);
  void read(const Object& list, DeviceRead&);
  void read(const Object& list, DeviceReadRandom&);
  void read(const Object& list, ArrayLabelRead&);
  void read(const Object& list, LabelReadRandom&);

  template <class Attribute>
  Attribute read_as(const Object& list) {
    Attribute attribute;
    read(list, attribute);
    return attribute;
  }

  void read_tag(const Object& entry, std::string& tag, std::optional<DataType>& type);
  std::optional<std::uint16_t> read_subcommand(const Object& list, std::span<const std::uint16_t> allowed) const;
  void read_device(const Object& entry, std::optional<std::uint16_t> subcommand, slmp::Device&) const;
  std::optional<std::uint16_t> read_points(const Object& list) const;
  void read_random(const Object& list, std::string_view key, std::optional<std::uint16_t> subcommand,
                   std::size_t words_an_entry, std::vector<RandomDevice>&);
  void read_labels(const Object& list, bool with_lengths, std::vector<Label>&);

  std::optional<slmp::Code> code_;  ///< unknown: the notation cannot be judged
  TagNames tags_;
};

std::optional<SlmpAttribute> AttributeReader::read(const Field& field) {
  const auto attribute = as_object(field, "an object with function and address-list");
  if (!attribute) return {};
  Function function{};
  const bool known = attribute->required("function", kFunctions, function);
  const auto list = required_object(*attribute, "address-list", "an object with the function's parameters");
  attribute->note_unknown();
  if (!known || !list) return {};
  SlmpAttribute read_attribute = read(function, *list);
  list->note_unknown();
  return read_attribute;
}

SlmpAttribute AttributeReader::read(Function function, const Object& list) {
  switch (function) {
    case Function::device_read:
      return read_as<DeviceRead>(list);
    case Function::device_read_random:
      return read_as<DeviceReadRandom>(list);
    case Function::array_label_read:
      return read_as<ArrayLabelRead>(list);
    case Function::label_read_random:
      return read_as<LabelReadRandom>(list);
  }
  return {};
}

void AttributeReader::read_tag(const Object& entry, std::string& tag, std::optional<DataType>& type) {
  if (entry.required("tag-name", kTagName, tag)) tags_.add(*entry.find("tag-name"), tag, tag);
  entry.optional("data-type", kDataTypes, type);
}

/// What a notation's sentence may quote: wrong texts stay wrong when they are cut and put on one line.
std::string quotable(std::string_view text) { return shown(text); }

std::string as_written(slmp::Code code, std::uint16_t subcommand) {
  if (code == slmp::Code::ascii) return fmt::format("{:04X}", subcommand);
  return fmt::format("{:02X}{:02X}", subcommand & 0xFF, subcommand >> 8);
}

std::optional<std::uint16_t> AttributeReader::read_subcommand(const Object& list,
                                                              std::span<const std::uint16_t> allowed) const {
  std::string_view text;
  if (!list.required("subcommand", kSubcommand, text) || !code_) return {};
  const auto value = list.accept("subcommand", slmp::parse_subcommand(*code_, quotable(text)));
  if (!value || std::ranges::find(allowed, *value) != allowed.end()) return value;
  std::string known;
  for (const auto subcommand : allowed) known += " " + as_written(*code_, subcommand);
  list.refuse("subcommand", fmt::format("Found '{}'; this function has{}", quotable(text), known));
  return {};
}

void AttributeReader::read_device(const Object& entry, std::optional<std::uint16_t> subcommand,
                                  slmp::Device& out) const {
  std::string_view code, head;
  const bool has_code = entry.required("device-code", kDeviceCode, code);
  const bool has_head = entry.required("head-device", kHeadDevice, head);
  if (!has_code || !code_ || !subcommand) return;
  const auto type = entry.accept("device-code", slmp::parse_device_code(*code_, *subcommand, quotable(code)));
  if (!type) return;
  out.code = (*type)->code;
  if (!has_head) return;
  const auto number = slmp::parse_head_device(*code_, *subcommand, **type, quotable(head));
  out.number = entry.accept("head-device", number).value_or(0);
}

std::optional<std::uint16_t> AttributeReader::read_points(const Object& list) const {
  std::string_view text;
  if (!list.required("number-of-points", kNumberOfPoints, text) || !code_) return {};
  return list.accept("number-of-points", slmp::parse_points(*code_, quotable(text)));
}

/// Says what is wrong when values of this type do not fill `words` words exactly. `amount` is the member that says how
/// much is read, at so many of its units a word.
void check_type(const Object& entry, std::optional<DataType> type, std::size_t words, std::string_view amount,
                std::size_t units_a_word) {
  const std::size_t each = type ? slmp::words_per_element(*type) : 1;
  if (words % each == 0) return;
  entry.refuse("data-type",
               fmt::format("Found '{}', which takes {} words, where {} {} read; make {} a multiple of {}",
                           slmp::to_text(*type), each, words, words == 1 ? "is" : "are", amount, each * units_a_word));
}

void check_bits(const Object& entry, std::optional<DataType> type) {
  if (!type || type == DataType::bit) return;
  entry.refuse("data-type",
               fmt::format("Found '{}', where bits are read; give 'bit', or leave it out", slmp::to_text(*type)));
}

void AttributeReader::read(const Object& list, DeviceRead& out) {
  read_tag(list, out.tag, out.type);
  const auto subcommand = read_subcommand(list, kDeviceReadSubcommands);
  read_device(list, subcommand, out.read.head);
  const auto points = read_points(list);
  if (!subcommand || !points) return;
  out.read.subcommand = *subcommand;
  out.read.points = *points;
  if (slmp::is_bit_units(*subcommand)) check_bits(list, out.type);
  else check_type(list, out.type, *points, "number-of-points", 1);
}

/// An entry of `words` or `dwords` is one value: no room for more, none left over.
void check_entry_type(const Object& entry, std::optional<DataType> type, std::size_t words) {
  if (!type || slmp::words_per_element(*type) == words) return;
  const auto remedy = words == 1 ? "give 'bit', 'int16', 'uint16' or 'string'" : "give 'int32', 'uint32' or 'float32'";
  entry.refuse("data-type", fmt::format("Found '{}', where {} is read; {}", slmp::to_text(*type),
                                        words == 1 ? "one word" : "a double word", remedy));
}

void AttributeReader::read_random(const Object& list, std::string_view key, std::optional<std::uint16_t> subcommand,
                                  std::size_t words_an_entry, std::vector<RandomDevice>& out) {
  const auto devices = optional_list(list, key, "an array of devices, each with tag-name, device-code and head-device");
  each_object(devices, "an object with tag-name, device-code and head-device", [&](const Object& entry) {
    RandomDevice& device = out.emplace_back();
    read_tag(entry, device.tag, device.type);
    read_device(entry, subcommand, device.device);
    check_entry_type(entry, device.type, words_an_entry);
    entry.note_unknown();
  });
}

/// False for what is not an array, too: that has been said.
bool is_empty(const Object& list, std::string_view key) {
  const auto field = list.find(key);
  return !field || (field->value.is_array() && field->value.get_array().empty());
}

void AttributeReader::read(const Object& list, DeviceReadRandom& out) {
  const auto subcommand = read_subcommand(list, kRandomSubcommands);
  out.subcommand = subcommand.value_or(0);
  read_random(list, "words", subcommand, 1, out.words);
  read_random(list, "dwords", subcommand, 2, out.dwords);
  if (!is_empty(list, "words") || !is_empty(list, "dwords")) return;
  list.say("words", "Parameter words not found in job request. Give at least one device in words or dwords.");
}

std::vector<std::string> read_abbreviations(const Object& list) {
  std::vector<std::string> names;
  const auto list_of_names = optional_list(list, "abbreviation", "an array of names, or leave it out");
  if (list_of_names) list_of_names->each([&](const Field& field) { kAbbreviation.read(field, names.emplace_back()); });
  return names;
}

void read_length(const Object& entry, Label& out) {
  const bool has_unit = entry.required("read-unit", kReadUnit, out.label.unit);
  const bool has_length = entry.required("data-length", kDataLength, out.label.length);
  if (!has_unit || !has_length) return;
  constexpr std::size_t kBytesAWord = 2;
  const std::size_t words = (std::size_t{out.label.length} + 1) / kBytesAWord;  // an odd byte fills up its word
  if (out.label.unit == 0) check_bits(entry, out.type);
  else check_type(entry, out.type, words, "data-length", kBytesAWord);
}

void AttributeReader::read_labels(const Object& list, bool with_lengths, std::vector<Label>& out) {
  const auto labels = required_list(list, "label-list", "an array of labels, each with tag-name and label");
  each_object(labels, "an object with tag-name and label", [&](const Object& entry) {
    Label& label = out.emplace_back();
    read_tag(entry, label.tag, label.type);
    entry.required("label", kLabel, label.label.label);
    if (with_lengths) read_length(entry, label);
    entry.note_unknown();
  });
}

void AttributeReader::read(const Object& list, ArrayLabelRead& out) {
  read_subcommand(list, kLabelSubcommands);
  out.abbreviations = read_abbreviations(list);
  read_labels(list, true, out.labels);
}

void AttributeReader::read(const Object& list, LabelReadRandom& out) {
  read_subcommand(list, kLabelSubcommands);
  out.abbreviations = read_abbreviations(list);
  read_labels(list, false, out.labels);
}

}  // namespace

void read_slmp_attributes(const Array& attributes, std::optional<slmp::Code> code, std::vector<SlmpAttribute>& out) {
  AttributeReader reader{code};
  attributes.each([&](const Field& field) {
    if (auto attribute = reader.read(field)) out.push_back(std::move(*attribute));
  });
}

}  // namespace m2c2::job
