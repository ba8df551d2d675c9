// The table of end codes.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/slmp/end_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace m2c2::slmp {
namespace {

struct Row {
  std::uint16_t first;
  std::uint16_t last;
  EndCodeClass kind;
  std::string_view meaning;
  std::string_view remedy;
};

constexpr auto kRetry = EndCodeClass::retry;
constexpr auto kConfiguration = EndCodeClass::configuration;
constexpr auto kPoints = EndCodeClass::points;
constexpr auto kSecurity = EndCodeClass::security;
constexpr auto kOther = EndCodeClass::other;

constexpr std::string_view kPollLess =
    "nothing to do if it passes by itself; otherwise raise machine-query-time-interval or let fewer programs read this "
    "PLC";
constexpr std::string_view kFewer = "lower number-of-points or data-length, or spread the read over several attributes";
constexpr std::string_view kCheckCode =
    "set communication-code to what the port has in GX Works under 'Communication Data Code' (ASCII or binary)";
constexpr std::string_view kCheckCommand =
    "check function and subcommand: labels and the iQ-R subcommands are for iQ-R CPUs alone, and each port knows only "
    "some commands";
constexpr std::string_view kCheckRoute =
    "check network, station, module and multidrop: 0, 255, 03FF and 0 are the PLC connected to";
constexpr std::string_view kCheckNetwork = "check cables, switches and the load of the network between gateway and PLC";
constexpr std::string_view kNotOurs =
    "this gateway only reads and never asks for that: check which other program talks to the PLC";
constexpr std::string_view kCheckPort =
    "check the port's settings in GX Works (IP address, external device configuration)";
constexpr std::string_view kCheckPassword =
    "take this port out of the remote password setting in GX Works, or unlock it: the gateway sends no passwords";
constexpr std::string_view kReportOurs =
    "check communication-code and subcommand; if they fit the PLC, report the attribute that is refused";

// The first row that a code falls into is its row: single codes stand before the ranges around them.
constexpr std::array kRows{
    Row{0x0000, 0x0000, kOther, "no error", "nothing to do"},
    Row{0x0050, 0x0050, kOther, "the PLC does not know the subheader of the request",
        "check subheader: the built-in ports of Q and L CPUs know only 'without serial'"},
    Row{0x0055, 0x0055, kOther, "writing while the CPU is in RUN is not enabled", kNotOurs},

    Row{0x4001, 0x4002, kOther, "the CPU does not support the request", kCheckCommand},
    Row{0x4005, 0x4005, kOther, "the request is longer than the CPU takes", kFewer},
    Row{0x4010, 0x4010, kOther, "the CPU is in RUN and refuses the request there", kNotOurs},
    Row{0x4013, 0x4013, kOther, "the CPU is not in STOP and refuses the request there", kNotOurs},
    Row{0x402C, 0x402C, kRetry, "the CPU is busy with other requests", kPollLess},
    Row{0x4030, 0x4030, kConfiguration, "the CPU has no such device or it cannot be read this way",
        "check device-code; contacts and coils of long timers and counters cannot be read directly"},
    Row{0x4031, 0x4031, kConfiguration, "the device number is out of range",
        "check head-device and number-of-points against the device settings in the CPU's parameters"},
    Row{0x4032, 0x4032, kConfiguration, "the device cannot be read by device_read_random",
        "use device_read for contacts and coils of timers and counters"},
    Row{0x4040, 0x4043, kOther, "the CPU reports a problem with the module asked for",
        "check that module names a module that is there and without error"},
    Row{0x4080, 0x4080, kOther, "the CPU finds the data of the request wrong",
        "check the attribute's devices, labels and numbers against what the CPU has"},
    Row{0x408B, 0x408B, kOther, "the CPU refuses remote operation now", kNotOurs},
    Row{0x40C0, 0x40C0, kConfiguration, "the label does not exist or is closed to external devices",
        "check label, tick 'Access from External Device' for it among the global labels in GX Works3 and write to the "
        "PLC"},
    Row{0x4000, 0x4FFF, kOther, "the CPU refuses the request",
        "look the code up in the error codes of the CPU's manual"},

    Row{0xC015, 0xC015, kOther, "the settings of the PLC's Ethernet port are wrong", kCheckPort},
    Row{0xC018, 0xC018, kOther, "the settings of the PLC's Ethernet port are wrong", kCheckPort},
    Row{0xC020, 0xC020, kOther, "the length of the message is out of range", kFewer},
    Row{0xC022, 0xC022, kRetry, "the target did not answer the PLC within its response monitoring timer",
        "raise timer if it stays, and check the target station"},
    Row{0xC035, 0xC035, kOther, "the PLC's check whether the other side is alive failed", kCheckNetwork},
    Row{0xC040, 0xC040, kOther, "the PLC did not get the whole request in time", kCheckNetwork},
    Row{0xC050, 0xC050, kOther, "the PLC expects ASCII and got something else", kCheckCode},
    Row{0xC051, 0xC054, kPoints, "one request asks for more points than the CPU gives", kFewer},
    Row{0xC055, 0xC055, kOther, "the size of a file access is out of range", kNotOurs},
    Row{0xC056, 0xC056, kConfiguration, "the read goes beyond the last device",
        "check head-device and number-of-points against the device settings in the CPU's parameters"},
    Row{0xC057, 0xC057, kOther, "the length of the request does not fit its characters", kReportOurs},
    Row{0xC058, 0xC058, kOther, "the length of the ASCII request does not fit its data", kReportOurs},
    Row{0xC059, 0xC059, kConfiguration, "the PLC does not take this command or subcommand here", kCheckCommand},
    Row{0xC05B, 0xC05B, kOther, "the CPU cannot reach the device or has no type name",
        "check device-code and head-device against the device settings in the CPU's parameters"},
    Row{0xC05C, 0xC05C, kConfiguration, "the request does not fit the device",
        "check device-code and subcommand: a word device such as D cannot be read in bit units"},
    Row{0xC05D, 0xC05D, kOther, "no devices are registered for monitoring", kNotOurs},
    Row{0xC05E, 0xC05E, kRetry, "the PLC did not finish the request within the monitoring timer",
        "raise timer if it stays: 1 is 250 ms, 0 waits without limit"},
    Row{0xC05F, 0xC05F, kOther, "the target cannot carry out this request", kCheckRoute},
    Row{0xC060, 0xC060, kOther, "bit data is neither 0 nor 1", kNotOurs},
    Row{0xC061, 0xC061, kOther, "the length of the request does not fit its contents",
        "check subcommand and communication-code: Q series Ethernet modules answer so to iQ-R subcommands"},
    Row{0xC062, 0xC062, kOther, "writing while the CPU is in RUN is switched off", kNotOurs},
    Row{0xC06F, 0xC06F, kOther, "one side speaks ASCII and the other binary", kCheckCode},
    Row{0xC070, 0xC070, kOther, "the target does not know the extended way to name a device", kCheckRoute},
    Row{0xC071, 0xC074, kOther, "points or route do not fit the network of the target station", kCheckRoute},
    Row{0xC075, 0xC075, kOther, "the label names of the request are too long",
        "read fewer labels in one attribute, or shorten them with abbreviation"},
    Row{0xC0B2, 0xC0B2, kRetry, "the buffer of the PLC or of a relay station is full", kPollLess},
    Row{0xC0B5, 0xC0B5, kOther, "the CPU or module cannot handle the data of the request", kCheckRoute},
    Row{0xC0B9, 0xC0B9, kOther, "the connection is not open", kCheckPort},
    Row{0xC0BA, 0xC0BA, kOther, "the connection is being closed", kCheckPort},
    Row{0xC0BC, 0xC0BC, kOther, "the connection failed", kCheckNetwork},
    Row{0xC0BD, 0xC0BD, kRetry, "the PLC has more requests in a row than it can queue", kPollLess},
    Row{0xC0D8, 0xC0D8, kOther, "one request asks for more blocks than the PLC gives", kFewer},
    Row{0xC0D9, 0xC0D9, kOther, "the PLC does not know the subcommand", kCheckCommand},
    Row{0xC0DE, 0xC0DE, kRetry, "no message reached the PLC in time", kCheckNetwork},
    Row{0xC1A4, 0xC1AA, kOther, "a dedicated instruction of the PLC's program went wrong",
        "look the code up in the manual of the PLC's Ethernet module"},
    Row{0xC201, 0xC201, kSecurity, "the port is locked by a remote password", kCheckPassword},
    Row{0xC200, 0xC205, kSecurity, "a remote password was wrong or is missing", kCheckPassword},
    Row{0xC816, 0xC816, kSecurity, "access is blocked after too many wrong remote passwords", kCheckPassword},
    Row{0xC810, 0xC81F, kSecurity, "a remote password was wrong", kCheckPassword},
    Row{0xC86C, 0xC86C, kRetry, "more than 64 requests reached one port at once", kPollLess},
    Row{0xCEE0, 0xCEE0, kRetry, "the target is busy with another request", kPollLess},
    Row{0xCEE1, 0xCEE1, kOther, "the request is larger than the target takes", kFewer},
    Row{0xCEE2, 0xCEE2, kOther, "the answer would be larger than the target gives", kFewer},
    Row{0xCF10, 0xCF44, kOther, "the target, or a station before it, could not put the message through", kCheckRoute},
    Row{0xC000, 0xCFFF, kOther, "the PLC's Ethernet port refuses the request",
        "look the code up in the error codes of the Ethernet module's or CPU's manual"},

    Row{0x0000, 0xFFFF, kOther, "the PLC refuses the request", "look the code up in the manuals of the PLC's modules"},
};

}  // namespace

EndCode describe_end_code(std::uint16_t code) {
  const auto row = std::ranges::find_if(kRows, [&](const Row& r) { return r.first <= code && code <= r.last; });
  return {code, row->kind, row->meaning, row->remedy};
}

std::string to_text(const EndCode& end) { return fmt::format("{:04X}: {}; {}", end.code, end.meaning, end.remedy); }

}  // namespace m2c2::slmp
