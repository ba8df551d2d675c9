// The table of protocols.
// SPDX-License-Identifier: Apache-2.0
#include "app/protocols.hpp"

#include <fmt/format.h>

#include <array>

#include "machines/opcda/connector.hpp"
#include "machines/slmp/connector.hpp"

namespace m2c2::app {
namespace {

using Connector = std::unique_ptr<machines::Connector>;

struct Protocol {
  std::string_view name;
  Connector (*make)(net::EventLoop&, const job::Definition&);
};

constexpr std::array kProtocols{
    Protocol{"slmp",
             [](net::EventLoop& loop, const job::Definition& definition) -> Connector {
               return machines::make_slmp_connector(loop, std::get<job::SlmpJob>(definition.protocol));
             }},
    Protocol{"opcda",
             [](net::EventLoop& loop, const job::Definition& definition) -> Connector {
               return machines::make_opcda_connector(loop, std::get<job::OpcdaJob>(definition.protocol));
             }},
};

}  // namespace

Result<Connector> make_connector(net::EventLoop& loop, const job::Definition& definition) {
  for (const Protocol& protocol : kProtocols)
    if (protocol.name == definition.protocol_name()) return protocol.make(loop, definition);
  std::string known;
  for (const Protocol& protocol : kProtocols) known += fmt::format(" {}", protocol.name);
  return fail(
      std::make_error_code(std::errc::protocol_not_supported),
      fmt::format("This gateway has no connector for protocol {}; it has:{}.", definition.protocol_name(), known));
}

}  // namespace m2c2::app
