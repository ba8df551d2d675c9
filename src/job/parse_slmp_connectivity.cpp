// connectivity-parameters of an SLMP job.
// SPDX-License-Identifier: Apache-2.0
#include "job/readers.hpp"
#include "protocols/slmp/notation.hpp"

namespace m2c2::job {
namespace {

constexpr Text kHost{"an IP address or a host name", fault_in_host};
constexpr Integer kPort{1, 65535};
constexpr Integer kNetwork{0, 239};
constexpr Integer kStation{0, 120, 255};
constexpr Integer kMultidrop{0, 31};
constexpr Integer kTimer{0, 65535};
constexpr Text kModule{"the module I/O number in hex, such as '03FF'"};

constexpr Choice kSubheaders{
    std::array{Word{"with serial", slmp::FrameType::e4}, Word{"without serial", slmp::FrameType::e3}}};
constexpr Choice kCodes{std::array{Word{"ascii", slmp::Code::ascii}, Word{"binary", slmp::Code::binary}}};
constexpr Choice kEthernets{std::array{Word{"tcp", Ethernet::tcp}, Word{"udp", Ethernet::udp}}};

}  // namespace

std::optional<slmp::Code> read_slmp_connectivity(const Object& parameters, SlmpConnectivity& out) {
  parameters.required("machine-ip", kHost, out.host);
  parameters.required("port-number", kPort, out.port);
  parameters.required("network", kNetwork, out.route.network);
  parameters.required("station", kStation, out.route.station);
  std::string_view module;
  if (parameters.required("module", kModule, module))
    out.route.module_io = parameters.accept("module", slmp::parse_module_io(shown(module))).value_or(0);
  parameters.required("multidrop", kMultidrop, out.route.multidrop);
  parameters.required("timer", kTimer, out.timer);
  parameters.required("subheader", kSubheaders, out.format.frame);
  const bool code_known = parameters.required("communication-code", kCodes, out.format.code);
  parameters.required("ethernet", kEthernets, out.ethernet);
  return code_known ? std::optional{out.format.code} : std::nullopt;
}

}  // namespace m2c2::job
