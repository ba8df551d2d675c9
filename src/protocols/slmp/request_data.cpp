// The request data of the SLMP commands.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "protocols/slmp/command.hpp"
#include "protocols/slmp/device.hpp"
#include "protocols/slmp/field.hpp"
#include "protocols/slmp/unicode.hpp"

namespace m2c2::slmp {
namespace {

constexpr std::uint16_t kMostSubcommand = 3;  // above it stand the extended layouts
constexpr std::size_t kMostSelfTestBytes = 960;

// A device is number and code in binary, code and number in ASCII; iQ-R subcommands have the wider fields.

void put_device(FieldWriter& out, bool iqr, const Device& device) {
  if (out.code() == Code::binary) {
    out.number(device.number, iqr ? 4 : 3);
    return out.number(device.code, iqr ? 2 : 1);
  }
  static constexpr DeviceType kNone{"?", 0, "??", "????", 16, 16, DeviceKind::word};  // the PLC will refuse it
  const DeviceType* found = find_device(device.code);
  const DeviceType& type = found == nullptr || (!iqr && found->ascii2.empty()) ? kNone : *found;
  out.text(iqr ? type.ascii4 : type.ascii2);
  out.digits(device.number, iqr ? 8 : 6, type.ascii_radix);
}

Device get_device(FieldReader& in, bool iqr) {
  Device device;
  if (in.code() == Code::binary) {
    device.number = static_cast<std::uint32_t>(in.number(iqr ? 4 : 3));
    device.code = static_cast<std::uint16_t>(in.number(iqr ? 2 : 1));
    return device;
  }
  const DeviceType* type = find_device_by_ascii(as_text(in.take(iqr ? 4 : 2)));
  if (type == nullptr) {
    in.refuse();
    return device;
  }
  device.code = type->code;
  device.number = static_cast<std::uint32_t>(in.digits(iqr ? 8 : 6, type->ascii_radix));
  return device;
}

std::vector<Device> get_devices(FieldReader& in, bool iqr, std::size_t count) {
  std::vector<Device> devices;
  devices.reserve(count);
  while (devices.size() < count && in.ok()) devices.push_back(get_device(in, iqr));
  return devices;
}

// A label's name is its length in UTF-16 units, and these.

void put_name(FieldWriter& out, std::string_view name) {
  const std::u16string units = to_utf16(name);
  out.u16(static_cast<std::uint16_t>(units.size()));
  for (const char16_t unit : units) out.u16(unit);
}

std::string get_name(FieldReader& in) {
  std::u16string units;
  for (std::size_t left = in.u16(); left > 0 && in.ok(); --left) units.push_back(in.u16());
  return to_utf8(units);
}

void put_names(FieldWriter& out, const std::vector<std::string>& names) {
  for (const std::string& name : names) put_name(out, name);
}

std::vector<std::string> get_names(FieldReader& in, std::size_t count) {
  std::vector<std::string> names;
  for (; count > 0 && in.ok(); --count) names.push_back(get_name(in));
  return names;
}

void put_counts(FieldWriter& out, std::size_t labels, std::size_t abbreviations) {
  out.u16(static_cast<std::uint16_t>(labels));
  out.u16(static_cast<std::uint16_t>(abbreviations));
}

ArrayLabel get_array_label(FieldReader& in) {
  ArrayLabel array;
  array.label = get_name(in);
  array.unit = in.u8();
  in.u8();  // fixed
  array.length = in.u16();
  if (array.unit > 1) in.refuse();
  return array;
}

template <class T>
std::optional<T> if_done(const FieldReader& in, T value) {
  return in.done() ? std::optional{std::move(value)} : std::nullopt;
}

}  // namespace

void encode_data(Bytes& out, Code code, const DeviceRead& read) {
  FieldWriter to{code, out};
  put_device(to, is_iqr(read.subcommand), read.head);
  to.u16(read.points);
}

void encode_data(Bytes& out, Code code, const DeviceReadRandom& read) {
  FieldWriter to{code, out};
  to.u8(static_cast<std::uint8_t>(read.words.size()));
  to.u8(static_cast<std::uint8_t>(read.dwords.size()));
  for (const Device& device : read.words) put_device(to, is_iqr(read.subcommand), device);
  for (const Device& device : read.dwords) put_device(to, is_iqr(read.subcommand), device);
}

void encode_data(Bytes& out, Code code, const LabelReadRandom& read) {
  FieldWriter to{code, out};
  put_counts(to, read.labels.size(), read.abbreviations.size());
  put_names(to, read.abbreviations);
  put_names(to, read.labels);
}

void encode_data(Bytes& out, Code code, const ArrayLabelRead& read) {
  FieldWriter to{code, out};
  put_counts(to, read.labels.size(), read.abbreviations.size());
  put_names(to, read.abbreviations);
  for (const ArrayLabel& array : read.labels) {
    put_name(to, array.label);
    to.u8(array.unit);
    to.u8(0);
    to.u16(array.length);
  }
}

void encode_self_test(Bytes& out, Code code, std::string_view text) {
  FieldWriter to{code, out};
  to.u16(static_cast<std::uint16_t>(text.size()));
  to.text(text);
}

std::optional<DeviceRead> decode_device_read(Code code, std::uint16_t subcommand, ByteView data) {
  if (subcommand > kMostSubcommand) return std::nullopt;
  FieldReader in{code, data};
  DeviceRead read;
  read.subcommand = subcommand;
  read.head = get_device(in, is_iqr(subcommand));
  read.points = in.u16();
  return if_done(in, read);
}

std::optional<DeviceReadRandom> decode_device_read_random(Code code, std::uint16_t subcommand, ByteView data) {
  if (subcommand > kMostSubcommand || is_bit_units(subcommand)) return std::nullopt;
  FieldReader in{code, data};
  DeviceReadRandom read;
  read.subcommand = subcommand;
  const std::size_t words = in.u8();
  const std::size_t dwords = in.u8();
  read.words = get_devices(in, is_iqr(subcommand), words);
  read.dwords = get_devices(in, is_iqr(subcommand), dwords);
  return if_done(in, std::move(read));
}

std::optional<LabelReadRandom> decode_label_read_random(Code code, ByteView data) {
  FieldReader in{code, data};
  LabelReadRandom read;
  const std::size_t labels = in.u16();
  const std::size_t abbreviations = in.u16();
  read.abbreviations = get_names(in, abbreviations);
  read.labels = get_names(in, labels);
  return if_done(in, std::move(read));
}

std::optional<ArrayLabelRead> decode_array_label_read(Code code, ByteView data) {
  FieldReader in{code, data};
  ArrayLabelRead read;
  std::size_t labels = in.u16();
  const std::size_t abbreviations = in.u16();
  read.abbreviations = get_names(in, abbreviations);
  for (; labels > 0 && in.ok(); --labels) read.labels.push_back(get_array_label(in));
  return if_done(in, std::move(read));
}

std::optional<std::string> decode_self_test(Code code, ByteView data) {
  FieldReader in{code, data};
  const std::size_t size = in.u16();
  const std::string_view text = as_text(in.take(size));
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  if (size < 1 || size > kMostSelfTestBytes || !std::ranges::all_of(text, is_digit)) in.refuse();
  return if_done(in, std::string{text});
}

}  // namespace m2c2::slmp
