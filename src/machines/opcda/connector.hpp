// The OPC DA machine connector: one OPC DA server behind an OpenOPC gateway, one job.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "job/opcda.hpp"
#include "machines/connector.hpp"
#include "net/loop.hpp"
#include "net/transport.hpp"

namespace m2c2::machines {

/// open() browses for what read_list's patterns stand for, and read() again every minute. read() reads each item once,
/// 500 in a call; one that the OPC DA server does not know has the value null and the quality Error, and is a fault.
/// Where the gateway fails the whole call because of it, it is searched for, left alone, and tried again every minute.
/// Reads leave entries behind in the gateway, so the session is renewed before they weigh. Nothing is ever written.
/// `where` names the gateway in texts.
std::unique_ptr<Connector> make_opcda_connector(net::Loop&, std::unique_ptr<net::Transport>, job::OpcdaJob,
                                                std::string where);

/// Over TCP.
std::unique_ptr<Connector> make_opcda_connector(net::EventLoop&, const job::OpcdaJob&);

}  // namespace m2c2::machines
