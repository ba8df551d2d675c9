// Setting a PLC's memory: finding the place, fitting the value.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/setting.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>

#include "protocols/slmp/unicode.hpp"
#include "sims/plc/words.hpp"

namespace m2c2::sim {
namespace {

using slmp::DataType;

struct Place {
  Area* area;
  std::size_t cell;
  DataType type;      // where the user names none
  bool wide = false;  // a text is UTF-16 here
};

DataType type_of(const DeviceRow& row) {
  if (row.area.kind() == Area::Cell::bit) return DataType::bit;
  return row.cells_each > 1 ? DataType::uint32 : DataType::uint16;
}

Parsed<Place> find_place(Plc& plc, std::string_view name) {
  if (const auto found = plc.labels().find(name)) {
    Label& label = *found->label;
    return Place{.area = &label.area,
                 .cell = found->element * label.cells_each,
                 .type = label.data,
                 .wide = label.type == slmp::LabelType::wstring};
  }
  const auto device = parse_device(name);
  if (!device) return std::unexpected{fmt::format("{}; nor is it a label of this PLC", device.error())};
  DeviceRow* row = plc.memory().find(device->code);
  if (row == nullptr) return std::unexpected{fmt::format("{} has no device {}", plc.family().name, name)};
  return Place{.area = &row->area, .cell = device->number * row->cells_each, .type = type_of(*row)};
}

Parsed<> check_room(const Place& place, DataType type, std::size_t words, std::string_view name) {
  if (place.area->holds(place.cell, place.area->cells_of(type, words))) return {};
  return std::unexpected{
      fmt::format("the value does not fit at {}: it reaches beyond the last device, or the end of the label", name)};
}

Parsed<std::vector<std::uint16_t>> words_for(const Place& place, DataType type, std::string_view text) {
  if (type != DataType::string || !place.wide) return parse_words(type, text);
  const std::u16string units = slmp::to_utf16(text);
  std::vector<std::uint16_t> words{units.begin(), units.end()};
  words.push_back(0);
  return words;
}

constexpr std::array<std::string_view, 22> kDefaultSignals{
    "D0=ramp:0..1000:10s",
    "TN0=sine:0..1000:10s",
    "M100=toggle:1s",
    "X20=uint16:counter:100ms",
    "D1500=uint32:counter:10ms",
    "Y160=uint32:random:0..4294967295:1s",
    "M1111=uint32:ramp:0..100000:10s",
    "D10=float32:sine:-1..1:10s",
    "Typ1.led[2]=ramp:0..1000:10s",
    "Typ1.led[3]=sine:0..1000:10s",
    "Typ1.led[4]=random:0..1000:1s",
    "Typ1.led[5]=counter:1s",
    "Typ1.No[1]=counter:100ms",
    "Typ1.No[2]=ramp:0..100:10s",
    "LabelB=toggle:1s",
    "LabelW=ramp:0..1000:10s",
    "Sw.led=counter:1s",
    "LabelBits[0]=uint16:counter:1s",
    "LabelInt=sine:-1000..1000:10s",
    "LabelDint=sine:-100000..100000:10s",
    "LabelReal=sine:-1..1:10s",
    "LabelLreal=sine:-1..1:60s",
};
constexpr std::array<std::string_view, 4> kDefaultValues{
    "LabelDword=4000000000",
    "LabelTime=90000",
    "LabelString=m2c2",
    "LabelWstring=m2c2 \u00B5",
};

}  // namespace

Parsed<> set_value(Plc& plc, std::string_view assignment) {
  const auto [name, value] = split(assignment, '=');
  const auto place = find_place(plc, name);
  if (!place) return std::unexpected{place.error()};
  const auto [type, text] = split_type(value, place->type);
  const auto words = words_for(*place, type, text);
  if (!words) return std::unexpected{words.error()};
  if (auto room = check_room(*place, type, words->size(), name); !room) return room;
  place->area->write(place->cell, type, *words);
  return {};
}

Parsed<> set_signal(Plc& plc, std::string_view assignment) {
  const auto [name, value] = split(assignment, '=');
  const auto place = find_place(plc, name);
  if (!place) return std::unexpected{place.error()};
  const auto [type, text] = split_type(value, place->type);
  if (type == DataType::string) return std::unexpected{fmt::format("a text does not move; set {} instead", name)};
  auto signal = parse_signal(text);
  if (!signal) return std::unexpected{signal.error()};
  if (auto room = check_room(*place, type, slmp::words_per_element(type), name); !room) return room;
  signal->seed = std::hash<std::string_view>{}(name);
  place->area->move(place->cell, type, *signal);
  return {};
}

void set_defaults(Plc& plc) {
  for (const std::string_view signal : kDefaultSignals) static_cast<void>(set_signal(plc, signal).value());
  for (const std::string_view value : kDefaultValues) static_cast<void>(set_value(plc, value).value());
}

}  // namespace m2c2::sim
