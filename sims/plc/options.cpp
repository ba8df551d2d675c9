// The simulator's command line: what it takes and how it explains itself.
// SPDX-License-Identifier: Apache-2.0
#include "sims/plc/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/hex.hpp"

namespace m2c2::sim {
namespace {

constexpr const char* kAbout =
    "A PLC to try things on: it answers SLMP (MELSEC MC protocol) in 3E and 4E frames, binary and ASCII, over TCP and "
    "UDP, has all devices and some labels, moving values, and faults on demand.";

constexpr const char* kExamples = R"(Examples:
  m2c2-sim-plc
      an iQ-R on 127.0.0.1:5007 that serves the sample jobs of the guide
  m2c2-sim-plc --family iq-f --listen 0.0.0.0:5007 --transport tcp --code ascii
      an FX5U whose port is set to TCP and ASCII: other requests get no answer
  m2c2-sim-plc --set D100=1995,1202,1130 --set M103=1 --set D200=f:3.14 --set D300=s:HELLO
      values that stand still: words, a bit, a float, a text
  m2c2-sim-plc --signal D0=ramp:0..1000:10s --signal D2=f:sine:-1..1:5s --signal D4=uint32:counter:100ms
      values that move; D9=reads counts the reads of D9, so a reader sees that it lost none
  m2c2-sim-plc --fault delay:500ms --fault drop:0.1
      half a second late, and one request in ten without an answer
  m2c2-sim-plc --fault error:C056@D500
      refuses what touches D500
  m2c2-sim-plc --listen 127.0.0.1:0 --interactive
      on a free port, steered by lines on standard input: set D100=5, signal D0=counter, fault silence, fault none

Types of values: bit int16 uint16 int32 uint32 int64 uint64 float32 float64 string (short: d uint32, f float32,
s string); without one, a bit of a bit device and a word of a word device.
Signals: ramp:LOW..HIGH:PERIOD sine:LOW..HIGH:PERIOD random:LOW..HIGH:PERIOD counter:PERIOD toggle:PERIOD reads
Faults: delay:TIME drop:FRACTION split:BYTES close:REQUESTS error:CODE error:CODE@DEVICE silence late stale-serial
wrong-route garbage one-client)";

/// As the command line gives them, before they are understood.
struct Texts {
  std::string family = "iq-r";
  std::vector<std::string> listen{"127.0.0.1:5007"};
  std::string transport = "both";
  std::string code;
  std::string frame;
};

void declare(CLI::App& app, Texts& texts, Options& options) {
  std::vector<std::string> family_names;
  for (const Family& family : families()) family_names.emplace_back(family.option);
  const auto each = [&](const char* name, std::vector<std::string>& into, const char* what, const char* type) {
    app.add_option(name, into, what)->type_name(type)->allow_extra_args(false);
  };
  app.add_option("--family", texts.family, "The CPU to play; default iq-r")
      ->check(CLI::IsMember{family_names})
      ->option_text("iq-r|iq-f|q|l");
  each("--listen", texts.listen, "Where to listen, again for each further port; default 127.0.0.1:5007",
       "ADDRESS:PORT");
  app.add_option("--transport", texts.transport, "What the ports carry; default both")
      ->check(CLI::IsMember{{"tcp", "udp", "both"}})
      ->option_text("tcp|udp|both");
  app.add_option("--code", texts.code, "The ports' communication code; without it each request's own")
      ->check(CLI::IsMember{{"ascii", "binary"}})
      ->option_text("ascii|binary");
  app.add_option("--frame", texts.frame, "The only frame answered; without it both")
      ->check(CLI::IsMember{{"3e", "4e"}})
      ->option_text("3e|4e");
  each("--set", options.values, "A value that stands still, again for each further one", "PLACE=VALUE");
  each("--signal", options.signals, "A value that moves, again for each further one", "PLACE=SIGNAL");
  each("--fault", options.faults, "A fault, again for each further one", "FAULT");
  app.add_flag("--interactive", options.interactive,
               "Take commands from standard input, one a line, each answered by a line: ok, or error: …; ends when the "
               "input ends");
  app.add_flag("--stats", options.stats, "Each second, write counters to standard error");
}

Parsed<> understand(const Texts& texts, Options& options) {
  options.family = find_family(texts.family);
  options.carriers = {.tcp = texts.transport != "udp", .udp = texts.transport != "tcp"};
  if (!texts.code.empty()) options.port.code = texts.code == "ascii" ? slmp::Code::ascii : slmp::Code::binary;
  if (!texts.frame.empty()) options.port.frame = texts.frame == "3e" ? slmp::FrameType::e3 : slmp::FrameType::e4;
  for (const std::string& text : texts.listen) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint) return std::unexpected{"--listen: " + endpoint.error()};
    options.listen.push_back(*endpoint);
  }
  return {};
}

}  // namespace

std::expected<Options, int> read_options(int argc, const char* const* argv) {
  CLI::App app{kAbout, "m2c2-sim-plc"};
  app.footer(kExamples);
  Texts texts;
  Options options;
  declare(app, texts, options);
  try {
    app.parse(argc, argv);
    if (const auto understood = understand(texts, options); !understood) throw CLI::ValidationError{understood.error()};
  } catch (const CLI::ParseError& error) {
    return std::unexpected{app.exit(error) == 0 ? 0 : 1};
  }
  return options;
}

Parsed<net::Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = colon == std::string_view::npos ? std::nullopt : parse_decimal(text.substr(colon + 1));
  if (!port || *port > UINT16_MAX || host.empty()) {
    return std::unexpected{
        fmt::format("'{}' is not an address and port, for example 127.0.0.1:5007 or [::1]:5007", text)};
  }
  return net::Endpoint{.host = std::string{host}, .port = static_cast<std::uint16_t>(*port)};
}

}  // namespace m2c2::sim
