// The table of COM errors.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/com_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace m2c2::machines {
namespace {

constexpr std::string_view kIsItRunning = "check that the OPC DA server runs on the Windows machine (and DCOM rights)";
constexpr std::string_view kWhichServer =
    "check opcda-server-name, and that server and gateway are of the same bitness, mostly 32 bits";
constexpr std::string_view kRights =
    "give the account of the OpenOPC service the DCOM rights to launch and to access the OPC DA server";
constexpr std::string_view kItem = "check its spelling with 'm2c2 opcda browse'";

constexpr std::array kTable{
    ComError{-1073479679, ComKind::item, "invalid handle", "the job makes a new session by itself"},
    ComError{-1073479676, ComKind::item, "bad type", "the item cannot be had as this type: leave it out"},
    ComError{-1073479674, ComKind::item, "bad rights", "the item cannot be read: leave it out"},
    ComError{-1073479673, ComKind::item, "unknown item id", kItem},
    ComError{-1073479672, ComKind::item, "invalid item id syntax", kItem},
    ComError{-1073479671, ComKind::item, "invalid filter", "check the pattern with 'm2c2 opcda browse'"},
    ComError{-2147467259, ComKind::other, "unspecified error", "look into the OPC DA server's own log"},
    ComError{-2147221005, ComKind::unknown, "invalid class string", kWhichServer},
    ComError{-2147221164, ComKind::unknown, "class not registered", kWhichServer},
    ComError{-2147023174, ComKind::away, "RPC server unavailable", kIsItRunning},
    ComError{-2147023179, ComKind::away, "RPC interface unknown", kIsItRunning},
    ComError{-2147023170, ComKind::away, "RPC call failed", kIsItRunning},
    ComError{-2147024891, ComKind::other, "access denied", kRights},
    ComError{-2147221008, ComKind::other, "CoInitialize was not called", "restart the OpenOPC service"},
    ComError{-2147352567, ComKind::other, "exception occurred", "look into the OPC DA server's own log"},
};

}  // namespace

std::optional<std::int32_t> com_number(std::string_view text) {
  constexpr std::size_t kDigits = 10;  // of every number from 0x80000000 to 0xC4653600
  for (auto at = text.find('-'); at != std::string_view::npos; at = text.find('-', at + 1)) {
    std::int32_t code = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + at, end, code);
    if (read.ec == std::errc{} && read.ptr == text.data() + at + 1 + kDigits) return code;
  }
  return std::nullopt;
}

ComError describe_com(std::int32_t code) {
  const auto* const row = std::ranges::find(kTable, code, &ComError::code);
  return row == kTable.end() ? ComError{.code = code, .kind = ComKind::other, .meaning = {}, .remedy = {}} : *row;
}

std::string to_text(const ComError& error) {
  if (!error.meaning.empty()) return fmt::format("{} {}", error.code, error.meaning);
  return fmt::format("{} (0x{:08X})", error.code, static_cast<std::uint32_t>(error.code));
}

}  // namespace m2c2::machines
