// A PLC: carrying out the commands, and refusing what a PLC refuses.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/plc.hpp"

#include <array>

#include "protocols/slmp/field.hpp"
#include "sims/plc/end_codes.hpp"

namespace m2c2::sim {
namespace {

using slmp::Code;
using slmp::Command;

/// Data of the right length that cannot be read has something wrong in it: an unknown device, most likely.
std::uint16_t unreadable(std::size_t size, std::size_t expected) {
  return size == expected ? end_code::content : end_code::length;
}

/// A device's code and number; ASCII takes two characters a byte for either.
std::size_t device_size(Code code, std::uint16_t subcommand) {
  return slmp::field_size(code, slmp::is_iqr(subcommand) ? 6 : 4);
}

std::size_t device_read_size(Code code, std::uint16_t subcommand) {
  return device_size(code, subcommand) + slmp::field_size(code, 2);
}

/// How long a random read's data has to be by its own counts.
std::size_t random_read_size(Code code, std::uint16_t subcommand, ByteView data) {
  slmp::FieldReader in{code, data};
  const std::size_t words = in.u8();
  return slmp::field_size(code, 2) + (words + in.u8()) * device_size(code, subcommand);
}

std::size_t self_test_size(Code code, ByteView data) {
  slmp::FieldReader in{code, data};
  return slmp::field_size(code, 2) + in.u16();
}

bool knows_subcommand(const Family& family, const slmp::Request& request) {
  switch (static_cast<Command>(request.command)) {
    case Command::device_read:
      return request.subcommand <= (family.iqr_subcommands ? 3 : 1);
    case Command::device_read_random:
      return request.subcommand == 0 || (family.iqr_subcommands && request.subcommand == 2);
    case Command::label_read_random:
    case Command::array_label_read:
      return family.labels && request.subcommand == 0;
    case Command::read_type_name:
    case Command::self_test:
      return !family.model.empty() && request.subcommand == 0;
  }
  return false;
}

}  // namespace

Plc::Answer Plc::answer(Code code, const slmp::Request& request, Duration at) {
  data_.clear();
  for (const ForcedError& error : faults_.errors) {
    if (!error.device) return {.end_code = error.end_code};
  }
  if (!knows_subcommand(family_, request)) return {.end_code = end_code::command};
  const EndCode refused = run(code, request, at);
  if (refused != end_code::done) return {.end_code = refused};
  return {.end_code = end_code::done, .data = data_};
}

Plc::EndCode Plc::run(Code code, const slmp::Request& request, Duration at) {
  switch (static_cast<Command>(request.command)) {
    case Command::device_read:
      return read_devices(code, request, at);
    case Command::device_read_random:
      return read_random(code, request, at);
    case Command::label_read_random:
      return read_labels(code, request.data, at);
    case Command::array_label_read:
      return read_arrays(code, request.data, at);
    case Command::read_type_name:
      return name_type(code, request.data);
    case Command::self_test:
      return test_loopback(code, request.data);
  }
  return end_code::command;
}

Plc::EndCode Plc::read_devices(Code code, const slmp::Request& request, Duration at) {
  const auto read = slmp::decode_device_read(code, request.subcommand, request.data);
  if (!read) return unreadable(request.data.size(), device_read_size(code, request.subcommand));
  return slmp::is_bit_units(request.subcommand) ? read_bits(code, *read, at) : read_words(code, *read, at);
}

Plc::EndCode Plc::read_words(Code code, const slmp::DeviceRead& read, Duration at) {
  if (read.points == 0 || read.points > family_.limits(code).words) return family_.refusals.words;
  const auto row = find_row(read.head);
  if (!row) return row.error();
  const auto found = find_cells(**row, read.head, (*row)->area.cells_of_words(read.points));
  if (!found) return found.error();
  words_.resize(read.points);
  found->area->read_words(found->cell, words_, at);
  slmp::encode_words(data_, code, words_);
  return end_code::done;
}

Plc::EndCode Plc::read_bits(Code code, const slmp::DeviceRead& read, Duration at) {
  if (read.points == 0 || read.points > family_.limits(code).bits) return family_.refusals.bits;
  const auto row = find_row(read.head);
  if (!row) return row.error();
  if ((*row)->area.kind() != Area::Cell::bit) return end_code::content;
  const auto found = find_cells(**row, read.head, read.points);
  if (!found) return found.error();
  found->area->read_bits(found->cell, read.points, bits_, at);
  slmp::encode_bits(data_, code, bits_);
  return end_code::done;
}

Plc::EndCode Plc::read_random(Code code, const slmp::Request& request, Duration at) {
  const auto read = slmp::decode_device_read_random(code, request.subcommand, request.data);
  if (!read) return unreadable(request.data.size(), random_read_size(code, request.subcommand, request.data));
  const slmp::Limits& limits = family_.limits(code);
  const std::size_t points = read->words.size() + read->dwords.size();
  if (points == 0 || points > (slmp::is_iqr(request.subcommand) ? limits.random_iqr : limits.random)) {
    return end_code::random_points;
  }
  const EndCode refused = read_random_values(*read, at);
  if (refused == end_code::done) slmp::encode_random_values(data_, code, values_);
  return refused;
}

Plc::EndCode Plc::read_random_values(const slmp::DeviceReadRandom& read, Duration at) {
  values_.words.clear();
  values_.dwords.clear();
  std::array<std::uint16_t, 2> words{};
  for (const slmp::Device& device : read.words) {
    const auto found = find_random(device, 1);
    if (!found) return found.error();
    found->area->read_words(found->cell, std::span{words}.first(1), at);
    values_.words.push_back(words[0]);
  }
  for (const slmp::Device& device : read.dwords) {
    const auto found = find_random(device, 2);
    if (!found) return found.error();
    found->area->read_words(found->cell, words, at);
    values_.dwords.push_back(words[0] | (std::uint32_t{words[1]} << 16));
  }
  return end_code::done;
}

Plc::EndCode Plc::name_type(Code code, ByteView data) {
  if (!data.empty()) return end_code::length;
  slmp::encode_type_name(data_, code, {.name = std::string{family_.model}, .model = family_.model_code});
  return end_code::done;
}

Plc::EndCode Plc::test_loopback(Code code, ByteView data) {
  const auto text = slmp::decode_self_test(code, data);
  if (!text) return unreadable(data.size(), self_test_size(code, data));
  slmp::encode_self_test(data_, code, *text);
  return end_code::done;
}

/// For a batch read.
std::expected<DeviceRow*, Plc::EndCode> Plc::find_row(const slmp::Device& device) {
  DeviceRow* row = memory_.find(device.code);
  if (row == nullptr) return std::unexpected{family_.refusals.no_device};
  if (row->reach == Reach::through_value || row->reach == Reach::random_dword) {
    return std::unexpected{family_.refusals.reach};
  }
  return row;
}

std::expected<Plc::Found, Plc::EndCode> Plc::find_cells(DeviceRow& row, const slmp::Device& head, std::size_t cells) {
  const std::size_t first = head.number * row.cells_each;
  if (!row.area.holds(first, cells)) return std::unexpected{family_.refusals.range};
  for (const ForcedError& error : faults_.errors) {
    if (!error.device || error.device->code != head.code) continue;
    const std::size_t cell = error.device->number * row.cells_each;
    if (cell < first + cells && first < cell + row.cells_each) return std::unexpected{error.end_code};
  }
  return Found{.area = &row.area, .cell = first};
}

std::expected<Plc::Found, Plc::EndCode> Plc::find_random(const slmp::Device& device, std::size_t words) {
  DeviceRow* row = memory_.find(device.code);
  if (row == nullptr) return std::unexpected{family_.refusals.no_device};
  if (row->reach == Reach::batch) return std::unexpected{end_code::not_in_random_read};
  if (row->reach == Reach::through_value || (row->reach == Reach::random_dword && words != 2)) {
    return std::unexpected{family_.refusals.reach};
  }
  return find_cells(*row, device, row->area.cells_of_words(words));
}

}  // namespace m2c2::sim
