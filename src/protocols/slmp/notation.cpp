// Reading devices as jobs write them, and saying what is wrong with them.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/notation.hpp"

#include <fmt/format.h>

#include "base/hex.hpp"
#include "protocols/slmp/command.hpp"
#include "protocols/slmp/field.hpp"

namespace m2c2::slmp {
namespace {

constexpr std::size_t kMostQuoted = 40;
constexpr std::uint16_t kMostSubcommand = 3;

/// The user's text in quotes, cut where it is long.
std::string quoted(std::string_view text) {
  if (text.size() <= kMostQuoted) return fmt::format("'{}'", text);
  std::size_t end = kMostQuoted;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a UTF-8 character
  return fmt::format("'{}…'", text.substr(0, end));
}

/// A number of so many bytes in hex: high digits first in ASCII, the bytes of the frame (low byte first) in binary.
std::optional<std::uint32_t> parse_number(Code code, std::string_view text, std::size_t bytes) {
  const auto frame = code == Code::binary ? from_hex(text) : Bytes(as_bytes(text).begin(), as_bytes(text).end());
  if (!frame) return std::nullopt;
  FieldReader in{code, *frame};
  const auto number = static_cast<std::uint32_t>(in.number(bytes));
  return in.done() ? std::optional{number} : std::nullopt;
}

std::string notate_number(Code code, std::uint32_t number, std::size_t bytes) {
  Bytes frame;
  FieldWriter{code, frame}.number(number, bytes);
  return code == Code::binary ? to_hex(frame) : std::string{as_text(frame)};
}

const DeviceType* find_notated(Code code, bool iqr, std::string_view text) {
  if (code == Code::ascii) return text.size() == (iqr ? 4U : 2U) ? find_device_by_ascii(text) : nullptr;
  const auto number = parse_number(code, text, iqr ? 2 : 1);
  const DeviceType* type = number ? find_device(static_cast<std::uint16_t>(*number)) : nullptr;
  return type != nullptr && (iqr || !type->ascii2.empty()) ? type : nullptr;
}

/// Empty where the subcommand has no code for the device.
std::string notate_device_code(Code code, bool iqr, const DeviceType& type) {
  if (!iqr && type.ascii2.empty()) return {};
  if (code == Code::binary) return notate_number(code, type.code, iqr ? 2 : 1);
  return std::string{iqr ? type.ascii4 : type.ascii2};
}

/// The device that somebody meant who wrote its name, or its code of another code or subcommand.
const DeviceType* guess_device(std::string_view text) {
  if (const DeviceType* type = find_device_by_ascii(text)) return type;
  if (const DeviceType* type = find_device_by_name(text)) return type;
  const auto code = parse_number(Code::binary, text, text.size() <= 2 ? 1 : 2);
  return code ? find_device(static_cast<std::uint16_t>(*code)) : nullptr;
}

const char* code_name(Code code) { return code == Code::ascii ? "ascii" : "binary"; }

std::string device_code_problem(Code code, bool iqr, std::string_view text) {
  const DeviceType* meant = guess_device(text);
  if (meant == nullptr)
    return fmt::format("{} is no device code of {} {}, for example {} for D", quoted(text), iqr ? 4 : 2,
                       code == Code::ascii ? "characters" : "hex digits",
                       notate_device_code(code, iqr, *find_device_by_name("D")));
  const std::string right = notate_device_code(code, iqr, *meant);
  if (right.empty())
    return fmt::format("{} is device {}, which only iQ-R subcommands read: {} or {} is expected as subcommand",
                       quoted(text), meant->name, notate_number(code, 2, 2), notate_number(code, 3, 2));
  return fmt::format("{} is not how {} writes device {} with this subcommand: {} is expected", quoted(text),
                     code_name(code), meant->name, right);
}

}  // namespace

Notated<std::uint16_t> parse_subcommand(Code code, std::string_view text) {
  const auto value = parse_number(code, text, 2);
  if (value && *value <= kMostSubcommand) return static_cast<std::uint16_t>(*value);
  return std::unexpected{fmt::format(
      "{} is no subcommand for reading: {} (words), {} (bits), {} (words, iQ-R) or {} (bits, iQ-R) is expected",
      quoted(text), notate_number(code, 0, 2), notate_number(code, 1, 2), notate_number(code, 2, 2),
      notate_number(code, 3, 2))};
}

Notated<const DeviceType*> parse_device_code(Code code, std::uint16_t subcommand, std::string_view text) {
  const bool iqr = is_iqr(subcommand);
  if (const DeviceType* type = find_notated(code, iqr, text)) return type;
  return std::unexpected{device_code_problem(code, iqr, text)};
}

Notated<std::uint32_t> parse_head_device(Code code, std::uint16_t subcommand, const DeviceType& type,
                                         std::string_view text) {
  const std::size_t bytes = is_iqr(subcommand) ? 4 : 3;
  if (code == Code::binary) {
    if (const auto number = parse_number(code, text, bytes)) return *number;
    const std::uint32_t example = type.radix == 10 ? 100 : 0x100;
    return std::unexpected{fmt::format("{} is not {} hex digits, low byte first, for example {} for {}", quoted(text),
                                       2 * bytes, notate_number(code, example, bytes), device_name(type, example))};
  }
  FieldReader in{code, as_bytes(text)};
  const auto number = static_cast<std::uint32_t>(in.digits(2 * bytes, type.ascii_radix));
  if (in.done()) return number;
  return std::unexpected{fmt::format("{} is not {} {} digits, for example {:0>{}} for {}100", quoted(text), 2 * bytes,
                                     type.ascii_radix == 10 ? "decimal" : "hex", 100, 2 * bytes, type.name)};
}

Notated<std::uint16_t> parse_points(Code code, std::string_view text) {
  const auto points = parse_number(code, text, 2);
  if (points && *points > 0) return static_cast<std::uint16_t>(*points);
  const char* problem = points ? "asks for no points: at least 1 is expected" : "is not 4 hex digits";
  return std::unexpected{
      fmt::format("{} {}, for example {} for 2 points", quoted(text), problem, notate_number(code, 2, 2))};
}

Notated<std::uint16_t> parse_module_io(std::string_view text) {
  if (const auto module_io = parse_number(Code::ascii, text, 2)) return static_cast<std::uint16_t>(*module_io);
  return std::unexpected{fmt::format("{} is not 4 hex digits, for example 03FF for the CPU itself", quoted(text))};
}

std::string device_name(const DeviceType& type, std::uint32_t number) {
  if (type.radix == 10) return fmt::format("{}{}", type.name, number);
  const std::string digits = fmt::format("{:X}", number);
  return fmt::format("{}{}{}", type.name, digits.front() > '9' ? "0" : "", digits);
}

}  // namespace m2c2::slmp
