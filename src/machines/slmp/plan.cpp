// Splits a job's attributes into requests and encodes them.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>

#include "protocols/slmp/device.hpp"
#include "protocols/slmp/field.hpp"
#include "protocols/slmp/notation.hpp"

namespace m2c2::machines {
namespace {

std::string name_of(const slmp::Device& device) {
  const slmp::DeviceType* type = slmp::find_device(device.code);
  return type ? slmp::device_name(*type, device.number) : fmt::format("device {:04X} {}", device.code, device.number);
}

/// "a, b, c and 4 more"
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  const std::size_t shown = std::min(names.size(), kShown);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

/// Words that stand under one device number in a word read (SLMP manual, "Device codes"): 4 of a long timer, 2 of a
/// long counter or LZ.
std::size_t words_per_number(const slmp::DeviceType& type) {
  constexpr std::uint16_t kLongTimer = 0x52, kLongRetentiveTimer = 0x5A;
  if (type.code == kLongTimer || type.code == kLongRetentiveTimer) return 4;
  return type.kind == slmp::DeviceKind::double_word ? 2 : 1;
}

/// A label's answer in 041C tells its length only when it comes: numbers are 8 bytes at most, a string 255 characters.
std::size_t expected_bytes(const job::Label& label) {
  constexpr std::size_t kLargestNumber = 8, kLongestString = 256;
  return label.type == slmp::DataType::string ? kLongestString : kLargestNumber;
}

/// Before the data of each label in an answer: its type, its unit or a spare byte, its length.
constexpr std::size_t kLabelHeaderBytes = 4;

class Planner {
 public:
  explicit Planner(const job::SlmpConnectivity& how) : how_{how} {}

  void plan(const job::SlmpAttribute&, const SlmpAllowance&);
  void operator()(const job::DeviceRead&);
  void operator()(const job::DeviceReadRandom&);
  void operator()(const job::LabelReadRandom& attribute) {
    add_labels<slmp::LabelReadRandom>(attribute, "label_read_random", SlmpAnswer::labels);
  }
  void operator()(const job::ArrayLabelRead& attribute) {
    add_labels<slmp::ArrayLabelRead>(attribute, "array_label_read", SlmpAnswer::array_labels);
  }

  SlmpPlan take() { return std::move(plan_); }

 private:
  std::size_t tag(const std::string& name);
  template <class Item>
  std::vector<Item> part_of(const std::vector<Item>& items);
  void add(SlmpCommand);
  Bytes frame(slmp::Command, std::uint16_t subcommand, ByteView data) const;
  void add_random(std::uint16_t subcommand, std::span<const job::RandomDevice> words,
                  std::span<const job::RandomDevice> dwords);
  template <class Read, class Attribute>
  void add_labels(const Attribute&, std::string_view function, SlmpAnswer);
  template <class Read>
  void add_label_command(const Read&, std::span<const job::Label>, std::size_t size, std::string_view function,
                         SlmpAnswer);

  const job::SlmpConnectivity& how_;
  SlmpPlan plan_;
  std::unordered_map<std::string, std::size_t> tags_;
  // Of the attribute that is planned now:
  std::size_t attribute_ = 0;
  const SlmpAllowance* allowed_ = nullptr;
  bool given_up_ = false;  ///< the part of it
  slmp::Limits limits_;    ///< of that part
};

void Planner::plan(const job::SlmpAttribute& attribute, const SlmpAllowance& allowed) {
  allowed_ = &allowed;
  given_up_ = false;
  limits_ = allowed.limits;
  std::visit(*this, attribute);
  if (!allowed.given_up.empty()) {
    given_up_ = true;
    limits_ = slmp::limits_for(how_.format.code);
    std::visit(*this, attribute);
  }
  ++attribute_;
}

/// Those that belong to the part. All of them have their tags thereafter.
template <class Item>
std::vector<Item> Planner::part_of(const std::vector<Item>& items) {
  std::vector<Item> part;
  for (const Item& item : items)
    if (allowed_->given_up.contains(tag(item.tag)) == given_up_) part.push_back(item);
  return part;
}

void Planner::add(SlmpCommand command) {
  command.attribute = attribute_;
  command.given_up = given_up_;
  plan_.commands.push_back(std::move(command));
}

std::size_t Planner::tag(const std::string& name) {
  const auto [place, is_new] = tags_.try_emplace(name, plan_.tags.size());
  if (is_new) plan_.tags.push_back(name);
  return place->second;
}

Bytes Planner::frame(slmp::Command command, std::uint16_t subcommand, ByteView data) const {
  slmp::Request request;
  request.route = how_.route;
  request.timer = how_.timer;
  request.command = static_cast<std::uint16_t>(command);
  request.subcommand = subcommand;
  request.data = data;
  Bytes out;
  slmp::encode(out, how_.format, request);
  return out;
}

// --- 0401 ---

/// How a long device_read is cut.
struct Cut {
  std::size_t points;       ///< of each request but the last
  std::size_t least = 1;    ///< that they may become
  std::size_t numbers = 1;  ///< so many device numbers stand
  std::size_t per = 1;      ///< for so many points
};

Cut cut_of(const job::DeviceRead& attribute, const slmp::Limits& limits) {
  if (slmp::is_bit_units(attribute.read.subcommand)) return {.points = limits.bits};
  const auto whole = [&](std::size_t of) { return limits.words - limits.words % of; };
  const slmp::DeviceType* type = slmp::find_device(attribute.read.head.code);
  const bool of_bits = type && type->kind == slmp::DeviceKind::bit;
  const std::size_t number = type ? words_per_number(*type) : 1;
  const std::size_t element = slmp::words_per_element(attribute.type.value_or(slmp::DataType::uint16));
  // A PLC that gives less than one element at a time parts elements, yet never the words of one number.
  const std::size_t points = whole(std::max(number, element));
  return {.points = points > 0 ? points : std::max(whole(number), number),
          .least = number,
          .numbers = of_bits ? std::size_t{16} : std::size_t{1},
          .per = number};
}

void Planner::operator()(const job::DeviceRead& attribute) {
  if (allowed_->given_up.contains(tag(attribute.tag)) != given_up_) return;
  const bool bits = slmp::is_bit_units(attribute.read.subcommand);
  SlmpCommand command;
  command.subject = fmt::format("device_read {} ({})", name_of(attribute.read.head), attribute.tag);
  command.answer = bits ? SlmpAnswer::bits : SlmpAnswer::words;
  command.limit = bits ? &slmp::Limits::bits : &slmp::Limits::words;
  command.fields.push_back({tag(attribute.tag), attribute.type});

  const Cut cut = cut_of(attribute, limits_);
  command.least = cut.least;
  for (std::size_t done = 0; done < attribute.read.points; done += cut.points) {
    slmp::DeviceRead part = attribute.read;
    part.head.number += static_cast<std::uint32_t>(done * cut.numbers / cut.per);
    part.points = static_cast<std::uint16_t>(std::min(cut.points, attribute.read.points - done));
    Bytes data;
    slmp::encode_data(data, how_.format.code, part);
    command.requests.push_back({frame(slmp::Command::device_read, part.subcommand, data), part.points, part.points});
  }
  add(std::move(command));
}

// --- 0403 ---

void Planner::operator()(const job::DeviceReadRandom& attribute) {
  const std::size_t limit = slmp::is_iqr(attribute.subcommand) ? limits_.random_iqr : limits_.random;
  const auto all_words = part_of(attribute.words), all_dwords = part_of(attribute.dwords);
  std::span<const job::RandomDevice> words = all_words, dwords = all_dwords;
  while (!words.empty() || !dwords.empty()) {
    const auto word_part = words.first(std::min(limit, words.size()));
    const auto dword_part = dwords.first(std::min(limit - word_part.size(), dwords.size()));
    add_random(attribute.subcommand, word_part, dword_part);
    words = words.subspan(word_part.size());
    dwords = dwords.subspan(dword_part.size());
  }
}

void Planner::add_random(std::uint16_t subcommand, std::span<const job::RandomDevice> words,
                         std::span<const job::RandomDevice> dwords) {
  slmp::DeviceReadRandom read;
  read.subcommand = subcommand;
  SlmpCommand command;
  std::vector<std::string> devices, tags;
  const auto take = [&](const job::RandomDevice& device, std::vector<slmp::Device>& list, slmp::DataType usual) {
    list.push_back(device.device);
    command.fields.push_back({tag(device.tag), device.type.value_or(usual)});
    devices.push_back(name_of(device.device));
    tags.push_back(device.tag);
  };
  for (const auto& device : words) take(device, read.words, slmp::DataType::uint16);
  for (const auto& device : dwords) take(device, read.dwords, slmp::DataType::uint32);

  command.subject = fmt::format("device_read_random {} ({})", listed(devices), listed(tags));
  command.answer = SlmpAnswer::random;
  command.words = words.size();
  command.limit = slmp::is_iqr(read.subcommand) ? &slmp::Limits::random_iqr : &slmp::Limits::random;
  Bytes data;
  slmp::encode_data(data, how_.format.code, read);
  const std::size_t points = words.size() + dwords.size();
  command.requests.push_back({frame(slmp::Command::device_read_random, read.subcommand, data), points, points});
  add(std::move(command));
}

// --- 041C, 041A ---

/// What the two label commands differ in.
template <class Read>
struct LabelKind;

template <>
struct LabelKind<slmp::LabelReadRandom> {
  static constexpr slmp::Command kCommand = slmp::Command::label_read_random;
  static const std::string& entry(const job::Label& label) { return label.label.label; }
  static std::size_t value_bytes(const job::Label& label) { return expected_bytes(label); }
};

template <>
struct LabelKind<slmp::ArrayLabelRead> {
  static constexpr slmp::Command kCommand = slmp::Command::array_label_read;
  static const slmp::ArrayLabel& entry(const job::Label& label) { return label.label; }
  static std::size_t value_bytes(const job::Label& label) {
    return slmp::label_data_bytes(label.label.unit, label.label.length);
  }
};

template <class Read>
std::size_t encoded_size(slmp::Code code, const Read& read) {
  Bytes data;
  slmp::encode_data(data, code, read);
  return data.size();
}

template <class Read, class Attribute>
void Planner::add_labels(const Attribute& attribute, std::string_view function, SlmpAnswer answer) {
  using Kind = LabelKind<Read>;
  const std::vector<job::Label> all = part_of(attribute.labels);
  const slmp::Code code = how_.format.code;
  const std::size_t header = frame(Kind::kCommand, 0, {}).size();
  Read empty;
  empty.abbreviations = attribute.abbreviations;
  const std::size_t empty_request = header + encoded_size(code, empty),
                    empty_answer = header + slmp::field_size(code, 2);

  Read batch = empty;
  std::size_t request = empty_request, response = empty_answer, first = 0;
  const auto finish = [&](std::size_t end) {
    const auto labels = std::span{all}.subspan(first, end - first);
    if (!labels.empty()) add_label_command(batch, labels, std::max(request, response), function, answer);
    batch = empty;
    request = empty_request;
    response = empty_answer;
    first = end;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const job::Label& label = all[i];
    Read alone;
    alone.labels.push_back(Kind::entry(label));
    const std::size_t more_request = encoded_size(code, alone) - encoded_size(code, Read{});
    const std::size_t more_response = slmp::field_size(code, kLabelHeaderBytes + Kind::value_bytes(label));
    if (std::max(request + more_request, response + more_response) > limits_.label_bytes) finish(i);
    batch.labels.push_back(Kind::entry(label));
    request += more_request;
    response += more_response;
  }
  finish(all.size());
}

template <class Read>
void Planner::add_label_command(const Read& read, std::span<const job::Label> labels, std::size_t size,
                                std::string_view function, SlmpAnswer answer) {
  SlmpCommand command;
  std::vector<std::string> names, tags;
  for (const job::Label& label : labels) {
    command.fields.push_back({tag(label.tag), label.type});
    names.push_back(label.label.label);
    tags.push_back(label.tag);
  }
  command.subject = fmt::format("{} {} ({})", function, listed(names), listed(tags));
  command.answer = answer;
  command.limit = &slmp::Limits::label_bytes;
  Bytes data;
  slmp::encode_data(data, how_.format.code, read);
  command.requests.push_back({frame(LabelKind<Read>::kCommand, 0, data), labels.size(), size});
  add(std::move(command));
}

}  // namespace

SlmpPlan make_plan(const job::SlmpJob& job, const slmp::Limits& limits) {
  return plan_within(job, std::vector(job.attributes.size(), SlmpAllowance{limits, {}}));
}

SlmpPlan plan_within(const job::SlmpJob& job, const std::vector<SlmpAllowance>& allowances) {
  Planner planner{job.connectivity};
  for (std::size_t i = 0; i < job.attributes.size(); ++i) planner.plan(job.attributes[i], allowances.at(i));
  return planner.take();
}

bool lower_limit(slmp::Limits& limits, const SlmpCommand& command, const SlmpRequest& refused) {
  if (refused.points <= command.least) return false;
  std::size_t& limit = limits.*command.limit;
  while (limit >= refused.size) limit /= 2;
  return true;
}

}  // namespace m2c2::machines
