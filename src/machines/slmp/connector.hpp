// The SLMP machine connector: one PLC, one job.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "job/slmp.hpp"
#include "machines/connector.hpp"
#include "net/loop.hpp"
#include "net/transport.hpp"

namespace m2c2::machines {

/// read() sends the job's requests one after the other. An end code, or an answer that does not fit the question, costs
/// the tags of its command in that iteration: a fault. When the connection is lost in the middle, so is the iteration;
/// and without serial numbers an answer that does not fit loses the connection where it may be another question's: over
/// UDP, and over TCP from a PLC that has answered unasked, which shows when the question is put once more.
/// A PLC that takes fewer points than SLMP allows is asked in smaller requests from the next iteration on, attribute by
/// attribute; what it refuses even alone is asked for by itself, so that it costs the others nothing.
/// `where` names the PLC in texts.
std::unique_ptr<Connector> make_slmp_connector(net::Loop&, std::unique_ptr<net::Transport>, job::SlmpJob,
                                               std::string where);

/// Over TCP or UDP, as the job says.
std::unique_ptr<Connector> make_slmp_connector(net::EventLoop&, const job::SlmpJob&);

}  // namespace m2c2::machines
