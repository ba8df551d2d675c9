// Values with about as many characters as machines give: numbers of three to six digits, half of the bits true.
// SPDX-License-Identifier: Apache-2.0
#include "cost/typical.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "protocols/slmp/label.hpp"

namespace m2c2::cost {
namespace {

using slmp::DataType;

/// Characters of a label's string, whose length only the PLC knows.
constexpr std::size_t kTypicalCharacters = 16;

std::string_view typical_number(DataType type) {
  switch (type) {
    case DataType::int32:
    case DataType::uint32:
      return "123456";
    case DataType::int64:
    case DataType::uint64:
      return "1234567890";
    case DataType::float32:
      return "123.456";
    case DataType::float64:
      return "1234.56789";
    default:
      return "1234";
  }
}

std::string list_of(std::size_t count, auto element) {
  if (count == 1) return std::string{element(0)};
  std::string json = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) json.push_back(',');
    json += element(i);
  }
  return json + "]";
}

std::string bits(std::size_t count) {
  return list_of(count, [](std::size_t i) { return std::string_view{i % 2 == 0 ? "false" : "true"}; });
}

std::string quoted(std::size_t characters) { return '"' + std::string(characters, '0') + '"'; }

std::string typed(DataType type, std::size_t words) {
  if (type == DataType::bit) return bits(16 * words);
  if (type == DataType::string) return quoted(2 * words);
  const std::size_t count = words / slmp::words_per_element(type);
  return list_of(count, [&](std::size_t) { return typical_number(type); });
}

/// The values of an SLMP job, attribute by attribute.
class SlmpTags {
 public:
  explicit SlmpTags(job::ValueFormat format) : hex_{format == job::ValueFormat::hex} {}

  void operator()(const job::DeviceRead& read) {
    const std::size_t points = read.read.points;
    if (slmp::is_bit_units(read.read.subcommand)) add(read.tag, hex_ ? quoted(points) : bits(points));
    else add_words(read.tag, read.type.value_or(DataType::uint16), points);
  }
  void operator()(const job::DeviceReadRandom& read) {
    for (const auto& word : read.words) add_words(word.tag, word.type.value_or(DataType::uint16), 1);
    for (const auto& dword : read.dwords) add_words(dword.tag, dword.type.value_or(DataType::uint32), 2);
  }
  void operator()(const job::ArrayLabelRead& read) {
    for (const auto& label : read.labels) {
      const bool is_bits = label.label.unit == 0 && label.type.value_or(DataType::bit) == DataType::bit;
      if (is_bits && !hex_) add(label.tag, bits(label.label.length));
      else
        add_words(label.tag, label.type.value_or(DataType::uint16),
                  slmp::label_data_bytes(label.label.unit, label.label.length) / 2);
    }
  }
  void operator()(const job::LabelReadRandom& read) {
    for (const auto& label : read.labels) {
      const DataType type = label.type.value_or(DataType::uint16);
      if (type == DataType::bit && !hex_) add(label.tag, bits(1));
      else
        add_words(label.tag, type, type == DataType::string ? kTypicalCharacters / 2 : slmp::words_per_element(type));
    }
  }

  std::vector<TypicalTag> take() { return std::move(tags_); }

 private:
  void add(const std::string& tag, std::string value) { tags_.push_back({.name = tag, .value = std::move(value)}); }
  void add_words(const std::string& tag, DataType type, std::size_t words) {
    // What the type has no whole elements of is given in words.
    if (words % slmp::words_per_element(type) != 0) type = DataType::uint16;
    add(tag, hex_ ? quoted(4 * words) : typed(type, words));
  }

  bool hex_;
  std::vector<TypicalTag> tags_;
};

std::vector<TypicalTag> tags_of(const job::SlmpJob& job, const Assumptions&) {
  SlmpTags tags{job.value_format};
  for (const auto& attribute : job.attributes) std::visit(tags, attribute);
  return tags.take();
}

/// A name that the pattern may stand for.
std::string matching(std::string_view pattern) {
  constexpr std::string_view kTypicalName = "Tag00001";
  std::string name;
  for (const char c : pattern) {
    if (c == '*') name += kTypicalName;
    else name.push_back(c);
  }
  return name;
}

TypicalTag opcda_tag(std::string_view address, std::size_t alike, bool is_guessed) {
  return {.name = matching(address),
          .value = "1234.5",
          .detail = R"("quality":"Good","timestamp":"2021-02-19 01:25:26.827000+00:00")",
          .alike = alike,
          .is_guessed = is_guessed};
}

TypicalTag listed_tag(const std::string& address, const Assumptions& assumptions) {
  const auto told = assumptions.tags_of_pattern.find(address);
  if (told != assumptions.tags_of_pattern.end()) return opcda_tag(address, told->second, false);
  if (!is_pattern(address)) return opcda_tag(address, 1, false);
  return opcda_tag(address, assumptions.tags_a_pattern, true);
}

std::vector<TypicalTag> tags_of(const job::OpcdaJob& job, const Assumptions& assumptions) {
  std::vector<TypicalTag> tags;
  std::unordered_map<std::string_view, std::size_t> known;  // a tag that is named twice is read twice
  for (const auto& attribute : job.attributes) {
    const bool is_list = attribute.function == job::OpcdaFunction::read_list;
    for (const auto& address : attribute.addresses) {
      const auto [place, is_new] = known.try_emplace(address, tags.size());
      if (is_new) tags.push_back(is_list ? listed_tag(address, assumptions) : opcda_tag(address, 1, false));
      else ++tags[place->second].readings;
    }
  }
  return tags;
}

}  // namespace

bool is_pattern(std::string_view address) { return address.find_first_of("*?") != std::string_view::npos; }

std::vector<TypicalTag> typical_tags(const job::Definition& definition, const Assumptions& assumptions) {
  auto tags = std::visit([&](const auto& job) { return tags_of(job, assumptions); }, definition.protocol);
  if (assumptions.value_bytes)
    for (TypicalTag& tag : tags) tag.value.assign(*assumptions.value_bytes, '0');
  return tags;
}

}  // namespace m2c2::cost
